// What needs the shopper, over their newest subscriptions: a payment to mend, something out of stock to decide.
import {ask} from './api/client';
import type {Contract, Cycle, Summary} from './api/types';
import {trouble} from './views/payment';

const MOST = 3; // subscriptions looked into: an announcement may not cost a page's worth of requests

export interface Trouble {
  number: string;
  words: string;
}

/** The subscriptions that are looked into in blocks, with everything about them. */
export async function newest(): Promise<Contract[]> {
  const {contracts} = await ask<{contracts: Summary[]}>('/contracts');
  const open = contracts.filter(({status}) => status !== 'CANCELLED' && status !== 'EXPIRED').slice(0, MOST);
  return Promise.all(open.map(({number}) => ask<Contract>(`/contracts/${number}`)));
}

export async function troubles(): Promise<Trouble[]> {
  const found = await Promise.all((await newest()).map(ofOne));
  return found.flat();
}

async function ofOne(contract: Contract): Promise<Trouble[]> {
  const {number} = contract;
  const {cycles} = await ask<{cycles: Cycle[]}>(`/contracts/${number}/cycles`);
  const stock = cycles.flatMap(({missing}) => missing).filter(({choices}) => choices.length);
  const payment = trouble(contract);
  return [...(payment ? [payment] : []), ...stock.map(({words}) => words)].map((words) => ({number, words}));
}
