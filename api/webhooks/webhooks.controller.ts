/** Webhooks: CI tells that it has news, so that a release need not wait for its next look. */

import { Controller, Headers, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Public } from '../auth.guard.ts';
import { WebhooksService } from './webhooks.service.ts';

@ApiExcludeController()
@Controller('api/v1/webhooks')
export class WebhooksController {
  constructor(@Inject(WebhooksService) private readonly webhooks: WebhooksService) {}

  @Post('github')
  @HttpCode(202)
  @Public()
  async github(
    @Req() request: FastifyRequest & { rawBody?: Buffer },
    @Headers('x-hub-signature-256') signature: string | undefined,
  ) {
    const payload = request.rawBody?.toString('utf8') ?? '';
    return { woken: await this.webhooks.receive(payload, signature) };
  }
}
