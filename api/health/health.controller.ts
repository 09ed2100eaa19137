/** /healthz: the process is alive. /readyz: it can do its work, or why not. */

import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Public } from '../auth.guard.ts';
import { Answers } from '../docs.ts';
import { HealthService } from './health.service.ts';
import { InForceService } from './in-force.service.ts';

const check = z.object({ ok: z.boolean(), detail: z.string() });
const inForce = z
  .array(z.string())
  .nullable()
  .describe('Stops, holds and freezes over all applications now; no illness. Null: not known');
const readiness = z.object({
  ready: z.boolean(),
  checks: z.object({ temporal: check, journal: check, worker: check, environments: check }),
  inForce,
});
const liveness = z.object({ status: z.literal('alive'), inForce });

@ApiTags('health')
@Controller()
@Public()
export class HealthController {
  constructor(
    @Inject(HealthService) private readonly health: HealthService,
    @Inject(InForceService) private readonly holding: InForceService,
  ) {}

  @Get('healthz')
  @Answers(200, liveness, 'The process is alive')
  alive() {
    return { status: 'alive', inForce: this.holding.last() };
  }

  @Get('readyz')
  @Answers(200, readiness, 'Everything it needs answers')
  @Answers(503, readiness, 'Something does not answer')
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const answer = await this.health.readiness();
    void reply.status(answer.ready ? 200 : 503);
    return answer;
  }
}
