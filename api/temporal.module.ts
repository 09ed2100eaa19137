/** TEMPORAL: one connection for the whole API, closed with it. */

import {
  Global,
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { ApiConfig } from './config.ts';
import { createTemporal, type Temporal } from './temporal.ts';

export const TEMPORAL = Symbol('TEMPORAL');

@Global()
@Module({})
export class TemporalModule implements OnApplicationShutdown {
  constructor(@Inject(TEMPORAL) private readonly temporal: Temporal) {}

  static forRoot(config: ApiConfig): DynamicModule {
    const provider = { provide: TEMPORAL, useFactory: () => createTemporal(config) };
    return { module: TemporalModule, providers: [provider], exports: [provider] };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.temporal.close();
  }
}
