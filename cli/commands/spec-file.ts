/** Specification files: reading them (`-` is standard input) and handing them to the server. */

import { readFile } from 'node:fs/promises';
import type { ApplyAnswer } from '../answers.ts';
import { segment, type Client } from '../client.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import type { Io } from '../io.ts';

export interface SpecFile {
  /** As errors name it. */
  name: string;
  text: string;
}

/** @throws Failure (usage) when there is no such file */
export async function readSpecFile(io: Io, path: string): Promise<SpecFile> {
  if (path === '-') return { name: '<stdin>', text: await io.readStdin() };
  try {
    return { name: path, text: await readFile(path, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw usage(`${path} cannot be read: ${code}`, 'Check the path; `-` reads standard input.');
  }
}

/**
 * Applies the file, which has to be that of `expected` when given, so that no other application is
 * changed by accident. The server judges it, for it may know more than this client.
 * @throws Failure; when the file is not valid, its fields are lines of this file
 */
export async function applySpecFile(
  client: Client,
  file: SpecFile,
  expected?: string,
): Promise<ApplyAnswer> {
  const name = await applicationIn(file);
  if (expected !== undefined && name !== expected) {
    throw usage(
      `${file.name} is the specification of "${name}", not of "${expected}"`,
      `Name another file, or run \`crescendo release ${name}\`.`,
    );
  }
  try {
    return await client.put<ApplyAnswer>(`/applications/${segment(name)}`, {
      body: file.text,
      contentType: 'application/yaml',
    });
  } catch (error) {
    throw inFile(error, file);
  }
}

async function applicationIn(file: SpecFile): Promise<string> {
  const { readDocument } = await import('../../specification/document.ts');
  const { CrescendoError } = await import('../../domain/errors.ts');
  try {
    const data = readDocument(file.text).data as { application?: unknown } | null;
    if (typeof data?.application === 'string') return data.application;
  } catch (error) {
    if (!(error instanceof CrescendoError)) throw error;
    const { message, fields, code } = error;
    throw inFile(new Failure(exitCodes.usage, message, '', { fields, code }), file);
  }
  throw usage(`${file.name} names no application`, 'Add a line like `application: shop` to it.');
}

/** The failure with its lines in this file, when they are about the file; else as it is. */
export function inFile(failure: unknown, { name }: SpecFile): unknown {
  if (!(failure instanceof Failure)) return failure;
  const { exit, message, fields, code } = failure;
  if (code !== 'spec_invalid') return failure;
  const advice = `Correct the file; \`crescendo validate ${name === '<stdin>' ? '-' : name}\` checks it without a server.`;
  return new Failure(exit, message, advice, { fields, code, file: name, cause: failure });
}
