/// <reference types="@shopify/ui-extensions/admin.product-purchase-option.action.render" />
import {getExtension} from '@shopify/ui-extensions-tester';
import {fireEvent, waitFor} from '@testing-library/dom';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';

const extension = getExtension('admin.product-purchase-option.action.render');
const PRODUCT = 'gid://shopify/Product/5';
const PLAN = {number: '81', name: 'Every 4 weeks', sentences: ['15% off.'], example: '$20.00 → $17.00', can_change: true};
const GROUP = {number: '71', name: 'Save', is_sold: false, is_whole: false, plans: [PLAN]};
const OFFER = {is_stale: false, currency: 'USD', groups: [GROUP], start: {group: 'Subscribe and save', unit: 'WEEK', every: '4', deliveries: '1', discount: 'PERCENTAGE', value: '10'}, change: null};
const DONE = {is_done: true, words: 'Done', errors: {}};

beforeEach(() => extension.setUp());
afterEach(() => extension.tearDown());

interface Asked {
  path: string;
  body: Record<string, string> | null;
}

/** Starts the action on the product; `answers` are told in turn, a number is a status without a body. */
async function open(answers: unknown[], sellingPlanId?: string, id = PRODUCT) {
  const asked: Asked[] = [];
  const told = [...answers];
  extension.shopify.data.selected = [{id, sellingPlanId}];
  extension.shopify.close = vi.fn();
  extension.fetch = (async (url: string, init?: RequestInit) => {
    asked.push({path: String(url), body: init?.body ? JSON.parse(String(init.body)) : null});
    const next = told.shift();
    if (next === undefined) throw new TypeError('no network');
    if (typeof next === 'number') return new Response('{}', {status: next});
    return new Response(JSON.stringify(next), {status: (next as {is_done?: boolean}).is_done === false ? 422 : 200});
  }) as typeof globalThis.fetch;
  await extension.render();
  return asked;
}

const button = (words: string) =>
  waitFor(() => {
    const found = Array.from(document.body.querySelectorAll('s-button')).find((each) => each.textContent === words);
    expect(found, `a button "${words}"`).toBeTruthy();
    return found!;
  });

test('plans are offered with the product, and asked for once by one key while nobody answers', async () => {
  const asked = await open([OFFER, 500, DONE, {...OFFER, groups: [{...GROUP, is_sold: true}]}]);
  fireEvent.click(await button('attach'));
  await waitFor(() => expect(document.body.textContent).toContain('trouble.failed'));
  fireEvent.click(await button('attach'));
  await button('detach');
  expect(asked[0]?.path).toBe(`/purchase-options/v1/plans?${new URLSearchParams({product: PRODUCT})}&locale=language`);
  expect(asked[1]?.path).toBe('/purchase-options/v1/plans/71/products?locale=language');
  expect(asked[1]?.body).toMatchObject({do: 'attach', product: PRODUCT});
  expect(asked[2]?.body?.request_id).toBe(asked[1]?.body?.request_id);
});

test('a single variant is named as such, and one that is sold with its whole product has nothing to press', async () => {
  const variant = 'gid://shopify/ProductVariant/8';
  const groups = [GROUP, {...GROUP, number: '72', name: 'Whole', is_whole: true}];
  const asked = await open([{...OFFER, groups}, DONE, {...OFFER, groups: [{...GROUP, is_sold: true}]}], undefined, variant);
  fireEvent.click(await button('attach_variant'));
  expect(document.body.textContent).toContain('sold_whole');
  expect(Array.from(document.body.querySelectorAll('s-button')).filter((each) => each.textContent === 'attach_variant')).toHaveLength(1);
  await button('detach_variant');
  expect(asked[1]?.body).toMatchObject({do: 'attach', product: variant});
});

test('a new group is published for the product, a mistake told at its field', async () => {
  const wrong = {is_done: false, words: 'Nothing was changed', errors: {value: 'Enter a number.'}};
  const asked = await open([OFFER, wrong, DONE]);
  fireEvent.click(await button('new'));
  fireEvent.click(await button('publish'));
  await waitFor(() => expect(document.body.querySelector('s-text-field[label=value]')?.getAttribute('error') ?? (document.body.querySelector('s-text-field[label=value]') as unknown as {error?: string}).error).toBe('Enter a number.'));
  fireEvent.click(await button('publish'));
  await waitFor(() => expect(extension.shopify.close).toHaveBeenCalled());
  expect(asked[1]?.path).toBe('/purchase-options/v1/plans?locale=language');
  expect(asked[2]?.body).toMatchObject({group: 'Subscribe and save', product: PRODUCT, every: '4'});
  expect(asked[2]?.body?.request_id).not.toBe(asked[1]?.body?.request_id);
});

test('the plan that was chosen is changed, with what the form does not show sent back', async () => {
  const change = {group: '71', plan: '81', name: 'Every 4 weeks', typed: {...OFFER.start, cutoff: '3', name: 'Every 4 weeks'}};
  const asked = await open([{...OFFER, change}, DONE], 'gid://shopify/SellingPlan/81');
  fireEvent.click(await button('save'));
  await waitFor(() => expect(extension.shopify.close).toHaveBeenCalled());
  expect(asked[1]?.path).toBe('/purchase-options/v1/plans/71/81?locale=language');
  expect(asked[1]?.body).toMatchObject({cutoff: '3', name: 'Every 4 weeks'});
});

test('a mistake at a field that the form does not show is told all the same', async () => {
  const change = {group: '71', plan: '81', name: 'On Mondays', typed: {...OFFER.start, weekday: '1', unit: 'MONTH'}};
  const wrong = {is_done: false, words: 'Nothing was changed.', errors: {weekday: 'A weekday goes with weeks only.'}};
  await open([{...OFFER, change}, wrong], 'gid://shopify/SellingPlan/81');
  fireEvent.click(await button('save'));
  await waitFor(() => expect(document.body.textContent).toContain('Nothing was changed.A weekday goes with weeks only.'));
});

test('no answer is said, and asked again', async () => {
  await open([]);
  await waitFor(() => expect(document.body.textContent).toContain('trouble.offline'));
  await button('again');
});
