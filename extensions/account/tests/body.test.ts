import {describe, expect, test} from 'vitest';

import {atFirst, body, fitting, missing, type Typed} from '../src/body';
import {CONTRACT, CYCLE, input, usd} from './support';

const value = (name: string, more = {}) => ({value: name, words: name, price: null, now: false, of: null, ...more});
const swap = {
  action: 'swap', contract: CONTRACT,
  inputs: [
    input('line', {values: [value('l1')]}),
    input('variant', {values: [value('7', {of: 'l1', price: usd('20.00')}), value('8', {of: 'l2'})]}),
    input('price', {needed: false}),
  ],
};

describe('the body of a request', () => {
  test('holds the price that was shown, of the variant that fits the item', () => {
    const typed: Typed = {...atFirst(swap), variant: '7'};
    expect(typed.line).toBe('l1');
    expect(fitting(swap.inputs[1]!, typed).map((each) => each.value)).toEqual(['7']);
    expect(body(swap, typed)).toEqual({line: 'l1', variant: '7', price: '20.00'});
  });

  test('of an order made now holds the total that was shown', () => {
    expect(body({action: 'order_now', contract: CONTRACT, cycle: CYCLE, inputs: [input('total', {needed: false})]}, {})).toEqual({total: '18.50'});
  });

  test('leaves out what was left empty, and sends a quantity as a number', () => {
    const inputs = [input('line', {values: [value('l1')]}), input('quantity', {least: 1, most: 999}), input('comment', {needed: false})];
    const deed = {action: 'quantity', contract: CONTRACT, inputs};
    expect(body(deed, {...atFirst(deed), quantity: '3'})).toEqual({line: 'l1', quantity: 3});
  });

  test('a reason for leaving need not be said', () => {
    const inputs = [input('reason', {values: [value('too_much'), value('other')]}), input('comment', {needed: false})];
    const deed = {action: 'cancel', contract: CONTRACT, inputs};
    expect(body(deed, atFirst(deed))).toEqual({reason: 'other'});
  });

  test('an address starts as it is, and needs what is needed; an emptied note is sent', () => {
    const deed = {action: 'address', contract: CONTRACT, inputs: [input('address1'), input('company', {needed: false}), input('phone', {needed: false})]};
    expect(atFirst(deed)).toEqual({address1: '12 Elm Street', company: '', phone: '+12075550100'});
    expect(body(deed, {...atFirst(deed), address1: '1 Oak Street'})).toEqual({address1: '1 Oak Street', phone: '+12075550100'});
    expect(missing(deed, {address1: ''})).toEqual(['address1']);
    const note = {action: 'note', contract: CONTRACT, inputs: [input('text')]};
    expect([missing(note, {text: ''}), body(note, {text: ''})]).toEqual([[], {text: ''}]);
  });
});
