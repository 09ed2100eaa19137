/** Everything the API is made of. */

import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import type { Logger } from 'pino';
import { ApplicationsModule } from './applications/applications.module.ts';
import { AuthGuard, CONFIG } from './auth.guard.ts';
import type { ApiConfig } from './config.ts';
import { EstateModule } from './estate/estate.module.ts';
import { EventsModule } from './events/events.module.ts';
import { GroupsModule } from './groups/groups.module.ts';
import { HoldsModule } from './holds/holds.module.ts';
import { HealthModule } from './health/health.module.ts';
import { JournalModule, type ClosableReader } from './journal.module.ts';
import { LOGGER } from './logger.ts';
import { ProblemFilter } from './problem.filter.ts';
import { ReleasesModule } from './releases/releases.module.ts';
import { TemporalModule } from './temporal.module.ts';
import { createValidationPipe } from './validation.ts';
import { WebhooksModule } from './webhooks/webhooks.module.ts';

export interface ApiParts {
  config: ApiConfig;
  journal: ClosableReader;
  log: Logger;
}

@Global()
@Module({})
export class AppModule {
  static forRoot({ config, journal, log }: ApiParts): DynamicModule {
    const shared = [
      { provide: CONFIG, useValue: config },
      { provide: LOGGER, useValue: log },
    ];
    return {
      module: AppModule,
      imports: [
        JournalModule.forRoot(journal),
        TemporalModule.forRoot(config),
        ApplicationsModule,
        ReleasesModule,
        EstateModule,
        GroupsModule,
        HoldsModule,
        EventsModule,
        WebhooksModule,
        HealthModule,
      ],
      providers: [
        ...shared,
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useFactory: createValidationPipe },
      ],
      exports: shared,
    };
  }
}
