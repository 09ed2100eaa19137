/** Checks of what comes in: bodies and queries by zod, names in the path by our id rules. */

import { Injectable, StandardSchemaValidationPipe, type PipeTransform } from '@nestjs/common';
import { CrescendoError } from '../domain/errors.ts';
import { labelPattern, parseReleaseId, type ReleaseId } from '../domain/ids.ts';

interface Issue {
  message: string;
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
}

/** Every `{ schema }` of a parameter, answered with the fields that are wrong. */
export function createValidationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({ exceptionFactory: requestInvalid });
}

function requestInvalid(issues: readonly Issue[]): CrescendoError {
  const fields = issues.map(({ message, path = [] }) => ({
    path: path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    message: message.replace(/^Invalid input: /, ''),
  }));
  const list = fields.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  return new CrescendoError(
    'request_invalid',
    `the request is not valid: ${list.join('; ')}`,
    fields,
  );
}

@Injectable()
export class ReleaseIdPipe implements PipeTransform<string, ReleaseId> {
  transform(text: string): ReleaseId {
    const id = parseReleaseId(text);
    if (!id) throw new CrescendoError('release_unknown', `"${text}" is no release id`);
    return id;
  }
}

@Injectable()
export class ApplicationPipe implements PipeTransform<string, string> {
  transform(name: string): string {
    if (labelPattern.test(name)) return name;
    throw new CrescendoError('application_unknown', `"${name}" is no name of an application`);
  }
}

@Injectable()
export class GroupPipe implements PipeTransform<string, string> {
  transform(name: string): string {
    if (labelPattern.test(name)) return name;
    throw new CrescendoError('group_unknown', `"${name}" is no name of a group`);
  }
}
