/** Log lines as JSON by pino: fixed sentences with data, and nothing secret in them. */

import type { LoggerService } from '@nestjs/common';
import { pino, stdSerializers, type Logger } from 'pino';

export const LOGGER = Symbol('LOGGER');

const secrets = ['authorization', 'cookie', 'token', 'password', 'secret', '"x-hub-signature-256"'];

export function createLogger(level: string): Logger {
  return pino({
    level,
    base: { service: 'api' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: stdSerializers.errWithCause },
    redact: secrets.flatMap((name) => {
      const key = name.startsWith('"') ? `[${name}]` : `.${name}`;
      return [
        name.startsWith('"') ? `[${name}]` : name,
        `*${key}`,
        `*.headers${key}`,
        `headers${key}`,
      ];
    }),
  });
}

/** Nest talks about its own starting; that is of interest when something is being searched for. */
export function nestLogger(log: Logger): LoggerService {
  return {
    log: (message: unknown, ...rest: unknown[]) => log.debug(about(rest), String(message)),
    debug: (message: unknown, ...rest: unknown[]) => log.debug(about(rest), String(message)),
    verbose: (message: unknown, ...rest: unknown[]) => log.trace(about(rest), String(message)),
    warn: (message: unknown, ...rest: unknown[]) => log.warn(about(rest), String(message)),
    error: (message: unknown, ...rest: unknown[]) => logError(log, message, rest),
    fatal: (message: unknown, ...rest: unknown[]) => logError(log, message, rest),
  };
}

/** The last text is the part of Nest that speaks. */
function about(rest: unknown[]) {
  return { context: rest.findLast((item) => typeof item === 'string') };
}

function logError(log: Logger, message: unknown, rest: unknown[]): void {
  if (message instanceof Error) return log.error({ err: message }, 'unexpected error');
  log.error({ details: rest.filter((item) => typeof item === 'string') }, String(message));
}
