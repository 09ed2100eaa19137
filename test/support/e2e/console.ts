/** The console for the journeys: built where the compiled API looks for it, opened in a browser. */

import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { inject } from 'vitest';

const root = join(import.meta.dirname, '../../..');

/** Before the stack starts, for the API looks once. Answers the folder. */
export async function buildConsole(): Promise<string> {
  const outDir = join(inject('built'), 'console');
  await build({ root: join(root, 'web'), logLevel: 'error', build: { outDir } });
  return outDir;
}

export interface Visit {
  page: Page;
  /** What the page complained about, and what it asked of other servers: both must stay empty. */
  complaints: string[];
}

export interface VisitOptions {
  /** Pixels; 375 is a phone. */
  width: number;
  /** Name to act under, where the server asks for no token. */
  actor?: string;
}

/** A tab of its own on `url`. Its page is closed with the browser. */
export async function visit(
  browser: Browser,
  url: string,
  { width, actor }: VisitOptions,
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width, height: 740 } });
  context.setDefaultTimeout(20_000);
  if (actor !== undefined) {
    await context.addInitScript(`localStorage.setItem('crescendo.actor', '${actor}')`);
  }
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Answers that refuse are part of the journeys.
    const refused = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !refused) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(request.url());
  });
  await page.goto(url);
  return { page, complaints };
}

/** How many pixels the page is wider than the window; 0 when nobody has to scroll sideways. */
export function sidewaysOf(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth');
}
