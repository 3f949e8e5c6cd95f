// From what a shopper typed to the body of a request. Pure.
import type {Deed} from './api/deeds';
import type {Input, Value} from './api/types';

export type Typed = Record<string, string>;

const SHOWN_ONLY = ['price', 'total']; // what the shopper saw, sent along: a deed is refused when it has changed

const OFFERED = 'offer'; // the one thing on offer: there is nothing to choose

const UNSAID = 'other'; // "another reason": nobody must explain themselves to leave

/** The inputs that the shopper sees. */
export function visible(inputs: Input[]): Input[] {
  return inputs.filter(({field}) => field !== OFFERED && !SHOWN_ONLY.includes(field));
}

/** The values that go with what was chosen in the first field. */
export function fitting(input: Input, typed: Typed): Value[] {
  const first = typed.line;
  return (input.values ?? []).filter(({of}) => of === null || of === first);
}

/** What the fields hold at first: what holds now, else the only one there is. */
export function atFirst(deed: Deed): Typed {
  const typed: Typed = {};
  const kept = deed.contract.delivery_method?.address ?? {};
  for (const input of visible(deed.inputs)) {
    const {field, values} = input;
    const now = values?.find((each) => each.now || each.value === UNSAID);
    if (values) typed[field] = now?.value ?? (values.length === 1 ? values[0]!.value : '');
    else if (deed.action === 'address') typed[field] = kept[field] ?? '';
    else typed[field] = field === 'quantity' ? '1' : '';
  }
  return typed;
}

/** The fields that are still needed, in their order. */
export function missing(deed: Deed, typed: Typed): string[] {
  return visible(deed.inputs).filter(({field, needed}) => needed && field !== 'text' && !typed[field]).map(({field}) => field);
}

/** The body as the API wants it. What was left empty is left out, unless it is needed (a note that is none). */
export function body(deed: Deed, typed: Typed): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const input of visible(deed.inputs)) {
    const value = typed[input.field] ?? '';
    if (value !== '' || input.needed) made[input.field] = input.most === null ? value : Number(value);
  }
  const offer = deed.inputs.find(({field}) => field === OFFERED)?.values?.[0];
  if (offer) made[OFFERED] = offer.value;
  for (const {field} of deed.inputs.filter((each) => SHOWN_ONLY.includes(each.field))) {
    const shown = field === 'total' ? deed.cycle?.total : price(deed, typed);
    if (shown) made[field] = shown.amount;
  }
  return {...made, ...deed.given};
}

/** The price of what was chosen last: a variant, or a way of shipping. */
function price(deed: Deed, typed: Typed) {
  const input = deed.inputs.find(({field}) => field === 'variant' || field === 'option');
  return input && fitting(input, typed).find(({value}) => value === typed[input.field])?.price;
}
