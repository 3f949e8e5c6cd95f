// What a deed changes, from the pictures before and after it: one row for each field that differs. Pure but for words.
import type {Address, Line, Money, Picture, Rhythm} from './api/types';
import {address, day, items, money, rhythm, t} from './words';

export interface Difference {
  name: string;
  before: string;
  after: string;
}

type Show = (value: never) => string;

const yes = (value: boolean) => t(value ? 'picture.yes' : 'picture.no');
const days = (value: string[]) => value.map(day).join(', ');
const plain = (value: string) => value;

/** The fields of both kinds of pictures, in the order in which a shopper reads them, and how each is told. */
const FIELDS: Record<string, Show> = {
  status: (value: string) => t(`status.${value}`),
  date: day,
  skipped: yes,
  next_charge_on: day,
  dates: days,
  resumes_on: day,
  lines: (value: Line[]) => items(value),
  billing: (value: Rhythm) => rhythm(value),
  shipping_price: (value: Money) => money(value),
  total: (value: Money) => money(value),
  address: (value: Address) => address(value),
  delivery: plain,
  place: plain,
  note: plain,
  discounts: (value: string[]) => value.join(', '),
  out_of_stock: (value: string) => t(`stock.${value}`),
};
/** Told by the fields themselves only as "another one": their value is a name that says nothing to a shopper. */
const UNNAMED = ['payment_method', 'backup_method'];

export function differences(before: Picture, after: Picture): Difference[] {
  const told = Object.entries(FIELDS)
    .filter(([field]) => field in before && differ(before[field], after[field]))
    .map(([field, show]) => ({
      name: t(`picture.${field}`), before: say(before[field], show), after: say(after[field], show),
    }));
  const unnamed = UNNAMED.filter((field) => field in before && differ(before[field], after[field]))
    .map((field) => ({name: t(`picture.${field}`), before: t('picture.now'), after: t('picture.other')}));
  return [...told, ...unnamed];
}

function differ(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

function say(value: unknown, show: Show): string {
  const empty = value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length);
  return empty ? t('picture.none') : show(value as never);
}
