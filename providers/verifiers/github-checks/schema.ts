/** Settings and connection of GitHub checks, and the part of GitHub's answers that we read. */

import { z } from 'zod';
import { headerValueSchema, httpUrlSchema } from '../../http-settings.ts';

/** `owner/name`, as GitHub allows them. */
export const repositoryPattern = /^[A-Za-z0-9][\w-]*\/(?!\.{1,2}$)[\w.-]+$/;

export const settingsSchema = z.strictObject({
  /** By default the repository that the version names. */
  repository: z.string().regex(repositoryPattern, 'write owner/name').optional(),
  /** Names that must be green; by default every check run on the commit, at least one. */
  checks: z.array(z.string().min(1)).min(1).max(100).optional(),
  /** Every commit status must be green as well. */
  requireStatuses: z.boolean().default(false),
  /** Conclusions that count as green beside `success`. */
  accept: z.array(z.enum(['neutral', 'skipped'])).optional(),
});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z.strictObject({
  /** GitHub Enterprise Server: `https://HOST/api/v3`. */
  url: httpUrlSchema.default('https://api.github.com'),
  /** May be left out for public repositories, which then have 60 requests an hour. */
  token: headerValueSchema.optional(),
  /** Milliseconds until one request is given up. */
  timeoutMs: z.int().positive().default(10_000),
});
export type Connection = z.infer<typeof connectionSchema>;

const checkRunSchema = z.object({
  id: z.number(),
  name: z.string(),
  head_sha: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  html_url: z.string().nullish(),
});
export type CheckRun = z.infer<typeof checkRunSchema>;

export const checkRunsSchema = z.object({
  total_count: z.number(),
  check_runs: z.array(checkRunSchema),
});

const statusSchema = z.object({
  context: z.string(),
  state: z.string(),
  target_url: z.string().nullish(),
});
export type CommitStatus = z.infer<typeof statusSchema>;

export const combinedStatusSchema = z.object({
  sha: z.string(),
  total_count: z.number(),
  statuses: z.array(statusSchema),
});
