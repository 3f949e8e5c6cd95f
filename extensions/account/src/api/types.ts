// What `/portal/v1` answers, as far as the extension reads it (docs/portal-api.md, openapi.json).

/** A decimal string with its currency. */
export interface Money {
  amount: string;
  currency: string;
}

/** Why something cannot be: `code` for programs, `words` for people in the API's language. */
export interface Reason {
  code: string;
  words: string;
}

export interface Rhythm {
  interval: 'DAY' | 'WEEK' | 'MONTH' | 'YEAR';
  count: number;
}

export interface Line {
  line: string | null;
  title: string;
  variant: string | null;
  quantity: number;
  image_url?: string | null;
  price?: Money;
  total: Money;
}

export type Address = Record<string, string | null>;

export interface Summary {
  number: string;
  status: 'ACTIVE' | 'PAUSED' | 'CANCELLED' | 'EXPIRED' | 'FAILED';
  on_hold: boolean;
  started_on: string;
  billing: Rhythm;
  delivery: Rhythm;
  prepaid: boolean;
  lines: Line[];
  next_charge: {date: string; charge_at: string; total: Money} | null;
}

/** How the payment method stands, and how it is renewed. */
export interface Card {
  state: 'ok' | 'expiring' | 'expired' | 'removed' | 'missing';
  path: 'mail' | 'shop_pay_url' | 'account';
  words: string;
  account_url: string;
  intent: string;
  reason: Reason | null;
}

export interface Contract extends Summary {
  total: Money;
  shipping_price: Money;
  delivery_method: {
    kind: string;
    title: string | null;
    location: string | null;
    address: Address | null;
  } | null;
  payment_method: {kind: string; brand: string | null; last_digits: string | null; expires_on: string | null} | null;
  payment: {state: 'ok' | 'charging' | 'failed' | 'confirmation_needed'; confirm_url: string | null};
  card: Card;
  discounts: {discount: string; title: string | null; percentage: number | null; amount: Money | null}[];
  price_changes: PriceChange[];
  leaving: Leaving;
  time_zone: string;
}

/** An item that costs something else from an order on; `from` is null while that lies too far ahead. */
export interface PriceChange {
  line: string;
  title: string;
  variant: string | null;
  price: Money;
  orders: number;
  later: Money;
  from: string | null;
}

/** How the shopper's region lets them leave. `withdrawal`: null where it gives no such right.
 * `acknowledged`: a mail says when it was withdrawn from. */
export interface Leaving {
  asks_reason: boolean;
  offers: boolean;
  withdrawal: {until: string; exempt: string | null} | null;
  acknowledged: boolean;
  withdrawn_at: string | null;
}

/** A delivery that is paid and still to come. */
export interface Delivery {
  date: string;
  order: string;
}

/** What is missing in an order, what becomes of it, and what may be chosen instead. */
export interface Missing {
  decision: string;
  words: string;
  happens_words: string;
  choose_until: string | null;
  choices: {choice: string; words: string; what: string; now: boolean}[];
}

export interface DateAction {
  action: string;
  possible: boolean;
  reason: Reason | null;
  earliest: string | null;
  latest: string | null;
}

export interface Cycle {
  index: number;
  date: string;
  state: 'planned' | 'skipped' | 'charging' | 'confirmation_needed' | 'waiting';
  changeable_until: string;
  edited: boolean;
  lines: Line[] | null;
  total: Money | null;
  missing: Missing[];
  actions: DateAction[];
}

/** One of the values that a field may have. `of`: it goes with this value of the first field only. */
export interface Value {
  value: string;
  words: string;
  price: Money | null;
  now: boolean;
  of: string | null;
}

export interface Input {
  field: string;
  needed: boolean;
  values: Value[] | null;
  least: number | null;
  most: number | null;
  longest: number | null;
  earliest: string | null;
  latest?: string | null;
}

export interface Option {
  action: string;
  possible: boolean;
  reason: Reason | null;
  inputs: Input[];
}

/** An order or a subscription before and after a deed: which fields there are depends on the deed. */
export type Picture = Record<string, unknown>;

export interface Preview {
  possible: boolean;
  reason: Reason | null;
  before: Picture;
  after: Picture;
}

/** What a deed answers; `undo` is null where nothing takes it back. */
export interface Done {
  undo: object | null;
  payment?: {state: string} | null;
}

export interface Order {
  name: string;
  date: string;
  total: Money;
  cancelled: boolean;
}

export interface Entry {
  at: string;
  date: string;
  words: string;
  by_you: boolean;
}
