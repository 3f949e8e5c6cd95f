// Words, money and dates as the shopper reads them. All words are in locales/, none in the code.
import type {Address, Line, Money, PriceChange, Rhythm} from './api/types';
import {host} from './host';

/** The words of a key; with `count` in the plural that the language has for it. */
export function t(key: string, options?: Record<string, string | number>): string {
  return host().i18n.translate(key, options);
}

export function money(value: Money): string {
  return host().i18n.formatCurrency(Number(value.amount), {currency: value.currency, inExtensionLocale: true});
}

/** A day of the shop's, from YYYY-MM-DD. */
export function day(value: string): string {
  const parts: Intl.DateTimeFormatOptions = {weekday: 'short', day: 'numeric', month: 'long', year: 'numeric'};
  return host().i18n.formatDate(new Date(`${value}T12:00:00Z`), {...parts, timeZone: 'UTC', inExtensionLocale: true});
}

/** An instant, told in the shop's time zone. */
export function moment(value: string, timeZone: string): string {
  const parts: Intl.DateTimeFormatOptions = {
    weekday: 'short', day: 'numeric', month: 'long', hour: 'numeric', minute: '2-digit', timeZoneName: 'short',
  };
  return host().i18n.formatDate(new Date(value), {...parts, timeZone, inExtensionLocale: true});
}

export function rhythm({interval, count}: Rhythm): string {
  return t(`every.${interval.toLowerCase()}`, {count});
}

/** "2 × House Blend, 250 g" */
export function item(line: Line): string {
  return `${line.quantity} × ${line.title}${line.variant ? `, ${line.variant}` : ''}`;
}

/** "House Blend: $10.00 for the first 2 orders, then $14.00 from Wed, March 3, 2027." */
export function priceChange({title, variant, price, orders, later, from}: PriceChange): string {
  const said = {item: variant ? `${title}, ${variant}` : title, price: money(price), later: money(later), count: orders};
  return from ? t('price_change_from', {...said, day: day(from)}) : t('price_change', said);
}

export function items(lines: Line[]): string {
  return lines.map(item).join(' · ');
}

/** An address in one line, in the order in which its fields come. */
export function address(value: Address): string {
  const {first_name, last_name, company, address1, address2, city, province_code, zip, country_code, phone} = value;
  const name = [first_name, last_name].filter(Boolean).join(' ');
  const town = [zip, city, province_code].filter(Boolean).join(' ');
  return [name, company, address1, address2, town, country_code, phone].filter(Boolean).join(', ');
}
