// The one way to the app: a fresh token for each request, the shopper's language, and problems in words.
import {APPLICATION_URL} from '../address';
import {host} from '../host';

declare const process: {env: {APP_URL?: string}};

const PATIENCE_MS = 20_000;

/** Why a request came to nothing. `code`: the API's, or `offline`, `slow`. `words`: the API's own, if it had any. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly words = '',
    readonly field: string | null = null,
    readonly status = 0,
  ) {
    super(code);
  }

  /** Nobody knows whether it was done, or it may be done in a while: the same key may be sent again. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** A key for one tap: kept while the same request is sent again, made anew for the next one. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Ask the app; POST when there is a `body`. Throws Problem, and nothing else. */
export async function ask<T>(path: string, body?: object, key?: string): Promise<T> {
  const first = await send(path, body, key);
  // a token lives for minutes only: one that ended on the way is asked for once more
  const answer = first.status === 401 ? await send(path, body, key) : first;
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told as T;
  throw new Problem(told.code ?? 'failed', told.detail ?? '', told.field ?? null, answer.status);
}

async function send(path: string, body?: object, key?: string): Promise<Response> {
  const headers: Record<string, string> = {};
  if (body) headers['Content-Type'] = 'application/json';
  if (key) headers['Idempotency-Key'] = key;
  const patience = new AbortController();
  const bell = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    headers.Authorization = `Bearer ${await host().sessionToken.get()}`;
    const method = body ? 'POST' : 'GET';
    const url = `${base()}/portal/v1${path}${path.includes('?') ? '&' : '?'}${language()}`;
    return await fetch(url, {method, headers, body: body && JSON.stringify(body), signal: patience.signal});
  } catch {
    throw new Problem(patience.signal.aborted ? 'slow' : 'offline');
  } finally {
    clearTimeout(bell);
  }
}

/** Where the app lives: what the build was told, else what shopify.app.toml says (docs/decisions/0016). */
function base(): string {
  try {
    return process.env.APP_URL || APPLICATION_URL;
  } catch {
    return APPLICATION_URL; // where nothing was put in its place, there is no `process` either
  }
}

/** The API speaks the languages that the extension has words in. */
function language(): string {
  return `locale=${host().localization.extensionLanguage.value.isoCode}`;
}
