// A deed with a subscription or with one of its dates: where it is previewed, done and taken back.
import {ask} from './client';
import type {Contract, Cycle, DateAction, Done, Input, Option, Preview, Value} from './types';

/** What is about to be done. `cycle`: with this date alone; else with the whole subscription. */
export interface Deed {
  action: string;
  contract: Contract;
  cycle?: Cycle;
  inputs: Input[];
  given?: object; // what is sent along without being asked for
}

const DAY: Input = {
  field: 'to', needed: true, values: null, least: null, most: null, longest: null, earliest: null, latest: null,
};

function root({contract, cycle}: Pick<Deed, 'contract' | 'cycle'>): string {
  const own = `/contracts/${contract.number}`;
  return cycle ? `${own}/cycles/${cycle.index}` : own;
}

function path(deed: Deed): string {
  return `${root(deed)}/${deed.cycle ? '' : 'actions/'}${deed.action}`;
}

/** What it would change; changes nothing. */
export function preview(deed: Deed, body: object): Promise<Preview> {
  return ask<Preview>(`${path(deed)}/preview`, body);
}

/** Do it, once for each key. */
export function carryOut(deed: Deed, body: object, key: string): Promise<Done> {
  return ask<Done>(path(deed), body, key);
}

/** Take back what was done with a key. */
export function undo(deed: Deed, key: string): Promise<unknown> {
  return ask(`${root(deed)}/undo`, {key});
}

/** A deed with one date, with what it asks for: known for a move, read for the others. */
export async function dateDeed(contract: Contract, cycle: Cycle, action: DateAction): Promise<Deed> {
  const deed = {action: action.action, contract, cycle, inputs: []};
  if (action.action === 'skip' || action.action === 'unskip') return deed;
  if (action.action === 'move') {
    return {...deed, inputs: [{...DAY, earliest: action.earliest, latest: action.latest}]};
  }
  const {actions} = await ask<{actions: Option[]}>(`${root(deed)}/options`);
  return {...deed, inputs: actions.find((each) => each.action === action.action)?.inputs ?? []};
}

/** A deed with the whole subscription, with what it asks for. */
export async function wholeDeed(contract: Contract, option: Option): Promise<Deed> {
  const deed = {action: option.action, contract, inputs: option.inputs};
  if (option.action !== 'delivery') return deed;
  // by what it can be shipped is asked of Shopify at this moment, and may take some seconds
  const found = await ask<{options: Input['values']}>(`${root(deed)}/shipping`);
  const asked = option.inputs.filter(({field}) => field !== 'address');
  return {...deed, inputs: asked.map((input) => (input.field === 'option' ? {...input, values: found.options} : input))};
}

/** What is picked up now is sent to an address, by one of the ways that Shopify named for it. */
export function sending(contract: Contract, options: Option[], ways: Value[], address: object): Deed {
  const inputs = options.find(({action}) => action === 'delivery')?.inputs ?? [];
  const asked = inputs.filter(({field}) => field === 'option' || field === 'price');
  return {
    action: 'delivery', contract, given: {address},
    inputs: asked.map((input) => (input.field === 'option' ? {...input, values: ways} : input)),
  };
}
