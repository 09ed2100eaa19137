/** Windows and freezes of a specification, checked by the calendar that will evaluate them. */

import { windowProblems, type CalendarProblem } from '../calendar/problems.ts';
import { freezeProblems } from '../calendar/stops.ts';
import type { FieldError } from '../domain/errors.ts';
import type { Spec } from '../domain/spec.ts';
import type { Path, SpecDocument } from './document.ts';
import { fieldAt } from './issues.ts';

/** What cannot be evaluated, with line and column; empty when all can. */
export function calendarErrors(spec: Spec, document: SpecDocument): FieldError[] {
  const freezes = spec.freezes.flatMap((freeze, index) =>
    errorsOf(['freezes', index], freezeProblems(freeze), document),
  );
  const windows = Object.entries(spec.environments).flatMap(([name, { window, windows }]) => {
    const path = ['environments', name];
    return [
      ...(window ? errorsOf([...path, 'window'], windowProblems(window), document) : []),
      ...windows.flatMap((one, index) =>
        errorsOf([...path, 'windows', index], windowProblems(one), document),
      ),
    ];
  });
  return [...windows, ...freezes];
}

function errorsOf(path: Path, problems: CalendarProblem[], document: SpecDocument): FieldError[] {
  return problems.map(({ field, message }) => fieldAt(document, [...path, field], message));
}
