/** The search attributes that Crescendo registers and sets; never any user text in them. */

/** Name → Temporal type. All keywords: exact values, at most 255 characters. */
export const searchAttributes = {
  CrescendoApplication: 'KEYWORD',
  CrescendoVersion: 'KEYWORD',
  CrescendoEnvironment: 'KEYWORD',
  CrescendoStage: 'KEYWORD',
  CrescendoOutcome: 'KEYWORD',
} as const;

export type SearchAttributeName = keyof typeof searchAttributes;
