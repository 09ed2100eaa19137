/** What is in force over all applications, for health: told when it is known, waited for never long. */

import { Inject, Injectable } from '@nestjs/common';
import { setTimeout } from 'node:timers/promises';
import { inForce, type Estate } from '../../domain/estate.ts';
import { EstateService } from '../estate/estate.service.ts';

/** Milliseconds that a look may hold up an answer, and that what it found is told again. */
const patience = 1_000;
const freshness = 5_000;

@Injectable()
export class InForceService {
  private known: Estate | null = null;
  private looking: Promise<void> | null = null;
  private lookedAt = -Infinity;

  constructor(@Inject(EstateService) private readonly estate: EstateService) {}

  /** As sentences, as it was known at the last look; null: it is not. Looks again for the next. */
  last(): string[] | null {
    if (performance.now() - this.lookedAt > freshness) void this.look();
    return this.sentences();
  }

  /** As sentences; null: nobody told within a second. */
  async now(): Promise<string[] | null> {
    const late = Symbol('late');
    const patient = new AbortController();
    const first = await Promise.race([
      this.look(),
      setTimeout(patience, late, { signal: patient.signal }).catch(() => late),
    ]);
    patient.abort();
    return first === late ? null : this.sentences();
  }

  private sentences(): string[] | null {
    return this.known && inForce(this.known, new Date().toISOString());
  }

  /** One at a time, however many ask. */
  private look(): Promise<void> {
    this.looking ??= this.estate
      .read()
      .then(
        (estate) => void (this.known = estate),
        () => void (this.known = null),
      )
      .finally(() => {
        this.lookedAt = performance.now();
        this.looking = null;
      });
    return this.looking;
  }
}
