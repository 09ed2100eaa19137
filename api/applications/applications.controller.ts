/** Routes of applications: specification, plan, releases, rollback, quarantine. */

import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, Res } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../domain/release.ts';
import { parseSpecification } from '../../specification/parse.ts';
import { invalid } from '../../specification/document.ts';
import { CurrentActor, CurrentScopes } from '../actor.ts';
import { CONFIG, demand, Needs } from '../auth.guard.ts';
import type { ApiConfig } from '../config.ts';
import { Answers, Problems, SpecificationBody } from '../docs.ts';
import { IdempotencyKey } from '../idempotency.ts';
import { applicationLinks } from '../links.ts';
import type { Scope } from '../tokens.ts';
import { ApplicationPipe } from '../validation.ts';
import * as schemas from './applications.schemas.ts';
import { ApplicationsService } from './applications.service.ts';
import { DirectoryService } from './directory.service.ts';
import { ForecastService } from './forecast.service.ts';
import { SpecificationText } from './specification-text.ts';

@ApiTags('applications')
@Controller('api/v1/applications')
export class ApplicationsController {
  constructor(
    @Inject(CONFIG) private readonly config: ApiConfig,
    @Inject(ApplicationsService) private readonly applications: ApplicationsService,
    @Inject(DirectoryService) private readonly directory: DirectoryService,
    @Inject(ForecastService) private readonly forecasts: ForecastService,
  ) {}

  @Get()
  @Answers(200, schemas.listAnswer, 'All applications, in order of name')
  @Problems('no_worker', 'temporal_unavailable')
  async list() {
    return { items: await this.directory.list() };
  }

  @Get(':app')
  @ApiParam({ name: 'app', type: String, example: 'shop' })
  @Answers(200, schemas.applicationAnswer, 'Specification, lane and ledger')
  @Problems('application_unknown', 'no_worker', 'temporal_unavailable')
  async read(@Param('app', ApplicationPipe) app: string) {
    const { application, revision, spec, lane, ledger } = await this.applications.find(app);
    return { application, revision, spec, lane, ledger, links: applicationLinks(this.config, app) };
  }

  @Put(':app')
  @Needs(['admin'])
  @ApiParam({ name: 'app', type: String, example: 'shop' })
  @SpecificationBody()
  @Answers(200, schemas.applyAnswer, 'The specification is in force')
  @Problems('spec_invalid', 'request_invalid', 'no_worker', 'temporal_unavailable')
  async apply(
    @Param('app') app: string,
    @SpecificationText() text: string,
    @CurrentActor() by: Actor,
  ) {
    const { spec, warnings } = parseSpecification(text);
    if (spec.application !== app) {
      const message = `the path says "${app}", the specification "${spec.application}"`;
      throw invalid([{ path: 'application', message }]);
    }
    return { application: app, ...(await this.applications.apply(spec, by)), warnings };
  }

  @Post(':app/plan')
  @Needs(['read'])
  @HttpCode(200)
  @ApiParam({ name: 'app', type: String, example: 'shop' })
  @Answers(200, schemas.planAnswer, 'What a release of this version would do now')
  @Problems('plan_refused', 'action_refused', 'application_unknown', 'version_changed', 'no_worker')
  async plan(
    @Param('app', ApplicationPipe) app: string,
    @Body({ schema: schemas.planBody }) body: schemas.PlanBody,
    @CurrentActor() by: Actor,
  ) {
    const answer = await this.applications.plan(app, body, by);
    return { ...answer, forecast: await this.forecasts.of(app, answer.plan) };
  }

  @Post(':app/releases')
  @HttpCode(202)
  @ApiParam({ name: 'app', type: String, example: 'shop' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(202, schemas.submissionAnswer, 'The release exists and starts when its turn comes')
  @Problems(
    'plan_refused',
    'version_changed',
    'version_quarantined',
    'lane_busy',
    'action_refused',
    'no_worker',
  )
  async submit(
    @Param('app', ApplicationPipe) app: string,
    @Body({ schema: schemas.submitBody }) body: schemas.SubmitBody,
    @CurrentActor() by: Actor,
    @CurrentScopes() scopes: readonly Scope[],
    @IdempotencyKey() key: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (body.quarantineOverride) demand(scopes, ['admin'], 'a quarantineOverride');
    const submission = await this.applications.submit(app, body, by, key);
    void reply.header('location', submission.links.self);
    return submission;
  }

  @Post(':app/rollback')
  @Needs(['release', 'approve'])
  @HttpCode(202)
  @ApiParam({ name: 'app', type: String, example: 'shop' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(
    202,
    schemas.submissionAnswer,
    'A release that returns to an earlier version, or the active one, called back',
  )
  @Problems('plan_refused', 'version_unknown', 'action_refused', 'no_worker')
  async rollback(
    @Param('app', ApplicationPipe) app: string,
    @Body({ schema: schemas.rollbackBody }) body: schemas.RollbackBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const submission = await this.applications.rollback(app, body, by, key);
    void reply.header('location', submission.links.self);
    return submission;
  }

  @Post(':app/quarantine/:version/lift')
  @Needs(['admin'])
  @HttpCode(200)
  @ApiParam({ name: 'app', type: String, example: 'shop' })
  @ApiParam({ name: 'version', type: String, example: '1.4.2' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(200, schemas.liftAnswer, 'The version may be released again')
  @Problems('version_unknown', 'application_unknown', 'no_worker')
  async lift(
    @Param('app', ApplicationPipe) application: string,
    @Param('version') version: string,
    @Body({ schema: schemas.liftBody }) body: schemas.LiftBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    await this.applications.lift(application, version, body, by, key);
    return { application, version };
  }
}
