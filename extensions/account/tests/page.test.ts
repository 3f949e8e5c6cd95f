/// <reference types="@shopify/ui-extensions/customer-account.page.render" />
import {getExtension} from '@shopify/ui-extensions-tester';
import {fireEvent, waitFor} from '@testing-library/dom';
import {afterEach, beforeEach, expect, test} from 'vitest';

import {app, CANCEL, CONTRACT, CYCLE} from './support';

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

test('who is signed out is told so, after one more try with a fresh token', async () => {
  at('/');
  const {asked, fetch} = app({'/contracts': 401});
  extension.fetch = fetch;
  await extension.render();
  await waitFor(() => expect(document.body.querySelector('s-banner')).toBeTruthy());
  expect(asked).toHaveLength(2);
});
