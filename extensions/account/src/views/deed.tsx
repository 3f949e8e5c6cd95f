// A deed on a page of its own: what it asks for, what it would change, and the button that does it.
import type {Deed} from '../api/deeds';
import type {Preview} from '../api/types';
import {visible} from '../body';
import {differences} from '../differences';
import {Failure} from '../parts';
import {type Made, useDeed} from '../use-deed';
import {day, t} from '../words';
import {Field} from './fields';

interface Props {
  deed: Deed;
  tell: (made: Made) => void;
  leave: () => void;
}

export function DeedView({deed, tell, leave}: Props) {
  const state = useDeed(deed, tell);
  const {typed, looked, problem, short, busy} = state;
  const inputs = visible(deed.inputs);
  const title = t(`deed.${deed.action}`);
  const error = (field: string) => {
    if (short.includes(field)) return t('field.needed');
    return problem?.field === field ? problem.words || t('problem.field') : undefined;
  };
  // what was shown has another price by now: the subscription is read anew, else the old one would be sent again
  const again = problem?.code === 'price_changed' ? leave : looked ? () => void state.act() : state.look;
  const isElsewhere = problem && !inputs.some(({field}) => field === problem.field);
  return (
    <s-page heading={title} subheading={deed.cycle ? t('deed.of_date', {date: day(deed.cycle.date)}) : t('deed.of_all')}>
      <s-button slot="breadcrumb-actions" onClick={leave}>{t('back')}</s-button>
      <s-section accessibilityLabel={title}>
        {isElsewhere && <Failure problem={problem} again={again} />}
        {looked ? (
          <Effect looked={looked} title={title} busy={busy} act={() => void state.act()} back={inputs.length ? state.back : leave} />
        ) : (
          <s-form onSubmit={state.look}>
            <s-stack gap="base">
              {inputs.map((input) => (
                <Field key={input.field} input={input} typed={typed} error={error(input.field)} set={state.set} />
              ))}
              {inputs.length > 0 && <s-button type="submit" variant="primary" loading={busy}>{t('deed.look')}</s-button>}
              {!inputs.length && busy && <s-spinner accessibilityLabel={t('loading')} />}
            </s-stack>
          </s-form>
        )}
      </s-section>
    </s-page>
  );
}

interface EffectProps {
  looked: Preview;
  title: string;
  busy: boolean;
  act: () => void;
  back: () => void;
}

/** What it would change, as "now" and "then"; or why it cannot be done. */
export function Effect({looked, title, busy, act, back}: EffectProps) {
  if (!looked.possible) {
    return (
      <s-banner tone="warning" heading={looked.reason?.words ?? t('problem.failed')}>
        <s-button onClick={back}>{t('back')}</s-button>
      </s-banner>
    );
  }
  const rows = differences(looked.before, looked.after);
  return (
    <s-stack gap="base">
      <s-heading>{t('deed.changes')}</s-heading>
      {rows.map((row) => (
        <s-stack gap="none" key={row.name}>
          <s-text type="strong">{row.name}</s-text>
          <s-text color="subdued">{t('deed.now', {value: row.before})}</s-text>
          <s-text>{t('deed.then', {value: row.after})}</s-text>
        </s-stack>
      ))}
      {!rows.length && <s-text>{t('deed.no_change')}</s-text>}
      <s-stack direction="inline" gap="base">
        <s-button variant="primary" loading={busy} onClick={act}>{title}</s-button>
        <s-button onClick={back}>{t('back')}</s-button>
      </s-stack>
    </s-stack>
  );
}
