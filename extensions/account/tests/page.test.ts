/// <reference types="@shopify/ui-extensions/customer-account.page.render" />
import {getExtension} from '@shopify/ui-extensions-tester';
import {fireEvent, waitFor} from '@testing-library/dom';
import {afterEach, beforeEach, expect, test} from 'vitest';

import type {Option} from '../src/api/types';
import {app, CANCEL, CONTRACT, CYCLE, input, usd} from './support';

const extension = getExtension('customer-account.page.render');
const preview = {possible: true, reason: null, before: {skipped: false}, after: {skipped: true}};
const reads = {'/contracts': {contracts: [CONTRACT], next_after: null}, '/6203000001': CONTRACT, '/cycles': {cycles: [CYCLE]}, '/options': {actions: [CANCEL]}};

beforeEach(() => extension.setUp());
afterEach(() => extension.tearDown());

function at(path: string) {
  const entry = {key: '1', url: `extension:subscriptions${path}`, getState: () => undefined};
  Object.defineProperty(extension.navigation, 'currentEntry', {value: entry, configurable: true});
}

/** The button with these words, once it is there. */
const button = (words: string) =>
  waitFor(() => {
    const found = Array.from(document.body.querySelectorAll('s-button')).find((each) => each.textContent === words);
    expect(found, `a button "${words}"`).toBeTruthy();
    return found!;
  });

test('the list tells what comes next, and an empty one says so', async () => {
  at('/');
  extension.fetch = app(reads).fetch;
  await extension.render();
  await button('list.manage');
  expect(document.body.textContent).toContain('next.when');
  extension.tearDown();
  extension.setUp();
  at('/');
  extension.fetch = app({'/contracts': {contracts: [], next_after: null}}).fetch;
  await extension.render();
  await waitFor(() => expect(document.body.textContent).toContain('list.empty_why'));
});

test('a price that is to follow is told with its day, or without one while that is not known', async () => {
  const soon = {line: 'l1', title: 'House Blend', variant: '250 g', price: usd('10.00'), orders: 2, later: usd('14.00'), from: '2027-03-03'};
  at('/contracts/6203000001');
  const priced = {...CONTRACT, price_changes: [soon, {...soon, line: 'l2', from: null}]};
  extension.fetch = app({...reads, '/6203000001': priced}).fetch;
  await extension.render();
  await waitFor(() => expect(document.body.textContent).toMatch(/price_change_from.*price_change(?!_)/));
});

test('a skip that may not have arrived is sent again with its key, and undone by that key', async () => {
  at('/contracts/6203000001');
  let tries = 0;
  const skip = () => (tries++ ? {undo: {action: 'unskip', to: null}} : 503);
  const {asked, fetch} = app({...reads, '/skip/preview': preview, '/skip': skip, '/undo': {}});
  extension.fetch = fetch;
  await extension.render();
  fireEvent.click(await button('deed.skip'));
  const act = await waitFor(() => {
    const found = document.body.querySelector('s-button[variant=primary]');
    expect(found?.textContent).toBe('deed.skip');
    return found!;
  });
  fireEvent.click(act);
  fireEvent.click(await button('again'));
  fireEvent.click(await button('undo'));
  await waitFor(() => expect(asked.some(({path}) => path.endsWith('/cycles/1/undo'))).toBe(true));
  const [first, second] = asked.filter(({path}) => path.endsWith('/skip'));
  expect(first?.key).toMatch(/^[0-9a-f]{32}$/);
  expect(second?.key).toBe(first?.key);
  expect(asked.find(({path}) => path.endsWith('/undo'))?.body).toEqual({key: first?.key});
});

const LEAVING = {asks_reason: true, offers: true, withdrawal: {until: '2026-12-15', exempt: 'Opened bags.'}, acknowledged: true, withdrawn_at: null};
const WITHDRAW: Option = {action: 'withdraw', possible: true, reason: null, inputs: []};

test('withdrawing takes two labelled steps, and then says when', async () => {
  at('/contracts/6203000001');
  const done = {...CONTRACT, status: 'CANCELLED', leaving: {...LEAVING, acknowledged: false, withdrawn_at: '2026-12-02T09:00:00Z'}};
  let isDone = false;
  const own = () => (isDone ? done : {...CONTRACT, leaving: LEAVING});
  const preview = {possible: true, reason: null, before: {}, after: {}};
  const withdraw = () => ((isDone = true), {undo: null});
  const {asked, fetch} = app({...reads, '/6203000001': own, '/options': {actions: [CANCEL, WITHDRAW]}, '/withdraw/preview': preview, '/withdraw': withdraw});
  extension.fetch = fetch;
  await extension.render();
  fireEvent.click(await button('deed.withdraw'));
  const confirm = await button('withdraw.do');
  expect(document.body.textContent).toContain('withdraw.exempt');
  expect(document.body.textContent).toContain('withdraw.mail');
  expect(asked.filter(({path}) => path.endsWith('/withdraw'))).toHaveLength(0);
  fireEvent.click(confirm);
  await waitFor(() => expect(document.body.innerHTML).toContain('withdraw.done'));
  expect(document.body.textContent, 'no mail is promised that nobody sends').toContain('withdraw.no_mail');
  expect(asked.find(({path}) => path.endsWith('/withdraw'))?.key).toMatch(/^[0-9a-f]{32}$/);
});

test('where no reason may be asked for there is none, and an offer stands beside the button', async () => {
  at('/contracts/6203000001');
  const reason = input('reason', {values: [{value: 'other', words: 'Other', price: null, now: false, of: null}]});
  const stay = {action: 'stay_discount', possible: true, reason: null, inputs: [input('offer', {values: [{value: '20x3', words: '20 % off', price: null, now: false, of: null}]})]};
  const options = {actions: [{...CANCEL, inputs: [reason]}, stay]};
  const {asked, fetch} = app({...reads, '/6203000001': {...CONTRACT, leaving: {...LEAVING, asks_reason: false}}, '/options': options, '/stay_discount/preview': preview, '/cancel': {undo: null}});
  extension.fetch = fetch;
  await extension.render();
  fireEvent.click(await button('deed.cancel'));
  await button('cancel.do');
  expect(document.body.innerHTML).not.toContain('field.reason');
  fireEvent.click(await button('deed.stay_discount'));
  await waitFor(() => expect(asked.find(({path}) => path.endsWith('/stay_discount/preview'))?.body).toEqual({offer: '20x3'}));
});

test('what is picked up is sent to an address, by a way that Shopify names for it', async () => {
  at('/contracts/6203000001');
  const pickup = {...CONTRACT, delivery_method: {kind: 'pickup', title: 'Pickup', location: 'Elm Street', address: null}};
  const way = {value: 'express', words: 'Express', price: {amount: '12.00', currency: 'USD'}, now: false, of: null};
  const address = {action: 'address', possible: false, reason: null, inputs: [input('last_name'), input('address1')]};
  const delivery = {action: 'delivery', possible: true, reason: null, inputs: [input('option'), input('price', {needed: false}), input('phone', {needed: false}), input('address', {needed: false})]};
  const {asked, fetch} = app({...reads, '/6203000001': pickup, '/options': {actions: [address, delivery]}, '/shipping': {options: [way], reason: null}, '/delivery/preview': preview});
  extension.fetch = fetch;
  await extension.render();
  fireEvent.click(await button('deed.send'));
  await button('delivery.look');
  const fields = Array.from(document.body.querySelectorAll('s-text-field')) as unknown as (Element & {value: string})[];
  fields.forEach((each, at) => {
    each.value = ['Marsh', '1 Oak Street'][at]!;
    fireEvent.input(each);
  });
  await new Promise((drawn) => setTimeout(drawn));
  fireEvent.submit(document.body.querySelector('s-form')!);
  fireEvent.submit(await waitFor(() => {
    expect(asked.some(({path, method}) => method === 'POST' && path.endsWith('/shipping'))).toBe(true);
    const found = document.body.querySelector('s-form');
    expect(found?.querySelectorAll('s-text-field')).toHaveLength(0);
    return found!;
  }));
  const home = {last_name: 'Marsh', address1: '1 Oak Street'};
  await waitFor(() => expect(asked.find(({path}) => path.endsWith('/delivery/preview'))?.body).toEqual({option: 'express', price: '12.00', address: home}));
  expect(asked.find(({path, method}) => method === 'POST' && path.endsWith('/shipping'))?.body).toEqual(home);
});

test('a price that has changed meanwhile is read anew rather than sent again', async () => {
  at('/contracts/6203000001');
  const add = (amount: string): Option => {
    const variant = {value: '7', words: 'Dark Roast', price: {amount, currency: 'USD'}, now: false, of: null};
    return {action: 'add', possible: true, reason: null, inputs: [input('variant', {values: [variant]}), input('price', {needed: false})]};
  };
  let price = '9.00';
  const refuse = () => new Response(JSON.stringify({code: 'price_changed', detail: 'Dearer by now.', field: 'price'}), {status: 409});
  const {asked, fetch} = app({...reads, '/options': () => ({actions: [add(price)]}), '/add/preview': preview, '/add': refuse});
  extension.fetch = fetch;
  await extension.render();
  const once = async () => {
    fireEvent.click(await button('deed.add'));
    await button('deed.look');
    fireEvent.submit(document.body.querySelector('s-form')!);
    await waitFor(() => expect(document.body.textContent).toContain('deed.changes'));
    fireEvent.click(document.body.querySelector('s-button[variant=primary]')!);
    await waitFor(() => expect(document.body.innerHTML).toContain('Dearer by now.'));
  };
  await once();
  price = '11.00';
  fireEvent.click(await button('again'));
  await waitFor(() => expect(asked.filter(({path}) => path.endsWith('/options'))).toHaveLength(2));
  await new Promise((shown) => setTimeout(shown, 20));
  await once();
  expect(asked.filter(({path}) => path.endsWith('/add')).map(({body}) => body)).toEqual([{variant: '7', price: '9.00'}, {variant: '7', price: '11.00'}]);
});

test('who is signed out is told so, after one more try with a fresh token', async () => {
  at('/');
  const {asked, fetch} = app({'/contracts': 401});
  extension.fetch = fetch;
  await extension.render();
  await waitFor(() => expect(document.body.querySelector('s-banner')).toBeTruthy());
  expect(asked).toHaveLength(2);
});
