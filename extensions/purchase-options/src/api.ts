// The one way to the app. Shopify resolves a relative address against the app's own, and adds an id token to what goes
// there (Shopify docs, admin extensions: network features).

import {t} from './host';

export interface Plan {
  number: string;
  name: string;
  sentences: string[];
  example: string;
  can_change: boolean;
}

export interface Group {
  number: string;
  name: string;
  is_sold: boolean;
  /** A variant is sold with it because its whole product is. */
  is_whole: boolean;
  plans: Plan[];
}

/** The fields of a plan's form as text, by the names of the app's own form. */
export type Typed = Record<string, string>;

export interface Offer {
  is_stale: boolean;
  currency: string;
  groups: Group[];
  start: Typed;
  change: {group: string; plan: string; name: string; typed: Typed | null} | null;
}

/** What became of a change: done, refused as a whole (`words`), or at its fields (`errors`). */
export interface Outcome {
  is_done: boolean;
  words: string;
  errors: Record<string, string>;
}

/** `code`: which words tell it, below `trouble.`. */
export class Trouble extends Error {
  constructor(readonly code: 'offline' | 'refused' | 'failed') {
    super(code);
  }
}

const HERE = '/purchase-options/v1';

export function offer(product: string, plan: string | undefined): Promise<Offer> {
  const asked = new URLSearchParams(plan ? {product, plan} : {product});
  return ask<Offer>(`/plans?${asked}`);
}

/** Ask for a change; `path` is below the plans. A key acts once, however often it is sent. */
export function change(path: string, fields: Typed, key: string): Promise<Outcome> {
  return ask<Outcome>(`/plans${path}`, {...fields, request_id: key});
}

/** A key for one press: kept while the same request is sent again. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function ask<T>(path: string, body?: Typed): Promise<T> {
  const sent = body && {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)};
  // an admin extension is not told the language of whoever reads; its words are
  const url = `${HERE}${path}${path.includes('?') ? '&' : '?'}locale=${t('language')}`;
  const answer = await fetch(url, sent ?? undefined).catch(() => null);
  if (!answer) throw new Trouble('offline');
  if (answer.status === 401) throw new Trouble('refused');
  const told = await answer.json().catch(() => null);
  // 409 and 422 say in words why nothing was changed
  if (!told || !(answer.ok || answer.status === 409 || answer.status === 422)) throw new Trouble('failed');
  return told as T;
}
