// What the app would answer, and a subscription to answer with.
import {vi} from 'vitest';

import type {Contract, Cycle, Input, Option} from '../src/api/types';

export const usd = (amount: string) => ({amount, currency: 'USD'});

export const CONTRACT: Contract = {
  number: '6203000001', status: 'ACTIVE', on_hold: false, started_on: '2026-12-01', prepaid: false,
  billing: {interval: 'MONTH', count: 1}, delivery: {interval: 'MONTH', count: 1},
  lines: [{line: 'l1', title: 'House Blend', variant: '250 g', quantity: 1, price: usd('14.00'), total: usd('14.00')}],
  next_charge: {date: '2027-01-01', charge_at: '2027-01-01T14:00:00Z', total: usd('18.50')},
  total: usd('18.50'), shipping_price: usd('4.50'), discounts: [], price_changes: [], leaving: {asks_reason: true, offers: true, withdrawal: null, acknowledged: false, withdrawn_at: null}, time_zone: 'America/New_York',
  delivery_method: {kind: 'shipping', title: 'Standard', location: null, address: {last_name: 'Marsh', address1: '12 Elm Street', city: 'Portland', country_code: 'US', phone: '+12075550100'}},
  payment_method: null, payment: {state: 'ok', confirm_url: null},
  card: {state: 'missing', path: 'account', words: '', account_url: 'https://shop.example/account', intent: 'open:shopify/SubscriptionContract,gid://shopify/SubscriptionContract/6203000001?field=paymentMethod', reason: null},
};

export const SKIP = {action: 'skip', possible: true, reason: null, earliest: null, latest: null};

export const CYCLE: Cycle = {
  index: 1, date: '2027-01-01', state: 'planned', changeable_until: '2027-01-01T14:00:00Z', edited: false,
  lines: null, total: usd('18.50'), missing: [], actions: [SKIP],
};

export function input(field: string, more: Partial<Input> = {}): Input {
  return {field, needed: true, values: null, least: null, most: null, longest: null, earliest: null, ...more};
}

export const CANCEL: Option = {action: 'cancel', possible: true, reason: null, inputs: []};

export interface Asked {
  method: string;
  path: string;
  key: string | null;
  body: unknown;
}

/** A `fetch` that answers by the end of the path, and what it was asked. A number is a status without a body. */
export function app(answers: Record<string, unknown>) {
  const asked: Asked[] = [];
  const fetch = vi.fn(async (url: string, init: RequestInit) => {
    const path = new URL(url).pathname.replace('/portal/v1', '');
    const headers = new Headers(init.headers);
    asked.push({method: init.method ?? 'GET', path, key: headers.get('Idempotency-Key'), body: init.body ? JSON.parse(String(init.body)) : null});
    const end = Object.keys(answers).filter((each) => path.endsWith(each)).sort((a, b) => b.length - a.length)[0];
    const found = end === undefined ? 404 : answers[end];
    const told = typeof found === 'function' ? found() : found;
    if (told instanceof Response) return told;
    return typeof told === 'number' ? new Response('{}', {status: told}) : new Response(JSON.stringify(told));
  });
  return {asked, fetch: fetch as unknown as typeof globalThis.fetch};
}
