// A form made of what the API says may be asked: each input becomes the field that fits it.
import type {Input, Value} from '../api/types';
import {fitting, type Typed} from '../body';
import {money, t} from '../words';

interface Props {
  input: Input;
  typed: Typed;
  error?: string;
  set: (field: string, value: string) => void;
}

const MANY = 6; // more than these go into a select

/** One field. Its name is in our words, what it may be in the API's. */
export function Field({input, typed, error, set}: Props) {
  const {field, needed, longest} = input;
  const label = needed ? t(`field.${field}`) : t('field.optional', {field: t(`field.${field}`)});
  const listen = (event: Event) => set(field, valueOf(event));
  const shared = {label, name: field, error, required: needed};
  if (input.values) return <Choices input={input} values={fitting(input, typed)} typed={typed} error={error} set={set} label={label} />;
  if (input.most !== null) {
    return (
      <s-number-field {...shared} value={typed[field]} min={input.least ?? 0} max={input.most} step={1} onInput={listen} onChange={listen} />
    );
  }
  if (input.earliest) {
    const allow = `${input.earliest}--${input.latest ?? ''}`;
    return <s-date-field {...shared} value={typed[field]} allow={allow} onInput={listen} onChange={listen} />;
  }
  if (field === 'phone') return <s-phone-field {...shared} value={typed[field]} onInput={listen} onChange={listen} />;
  if ((longest ?? 0) > 255) {
    return <s-text-area {...shared} value={typed[field]} maxLength={longest ?? undefined} onInput={listen} onChange={listen} />;
  }
  return <s-text-field {...shared} value={typed[field]} maxLength={longest ?? undefined} onInput={listen} onChange={listen} />;
}

/** What a field holds, or the first of what is chosen in a list. */
function valueOf({currentTarget}: Event): string {
  const {value, values} = currentTarget as unknown as {value?: string; values?: string[]};
  return values ? (values[0] ?? '') : (value ?? '');
}

function words({words: said, price}: Value): string {
  return price ? `${said} · ${money(price)}` : said;
}

function Choices({input, values, typed, error, set, label}: Props & {values: Value[]; label: string}) {
  const {field} = input;
  if (values.length > MANY) {
    return (
      <s-select label={label} name={field} error={error} placeholder={t('field.choose')} value={typed[field] || undefined}
        onChange={(event: Event) => set(field, valueOf(event))}>
        {values.map((each) => (
          <s-option key={each.value} value={each.value} selected={each.value === typed[field]}>{words(each)}</s-option>
        ))}
      </s-select>
    );
  }
  return (
    <s-choice-list label={label} name={field} error={error} onChange={(event: Event) => set(field, valueOf(event))}>
      {values.map((each) => (
        <s-choice key={each.value} value={each.value} selected={each.value === typed[field]}>{words(each)}</s-choice>
      ))}
    </s-choice-list>
  );
}
