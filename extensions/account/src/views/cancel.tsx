// Cancelling: as easy as subscribing. The button is there from the start; an offer stands beside it, never before it.
import {type Deed, dateDeed, wholeDeed} from '../api/deeds';
import {Failure, wrong} from '../parts';
import {type Made, useDeed} from '../use-deed';
import {useErrand} from '../use-errand';
import {day, t} from '../words';
import type {Whole} from './contract';
import {Field} from './fields';

interface Props {
  whole: Whole;
  tell: (made: Made) => void;
  choose: (deed: Deed) => void;
  leave: () => void;
}

/** What may help instead, by the reason; the first that is possible is offered. */
const INSTEAD: Record<string, string[]> = {
  too_much: ['skip', 'frequency', 'pause'],
  too_expensive: ['stay_discount', 'frequency', 'swap', 'pause'],
  not_satisfied: ['swap', 'stay_discount', 'pause'],
  moving: ['address', 'pause'],
  only_once: ['skip'],
};
const UNASKED = ['stay_discount', 'pause', 'skip', 'swap']; // where nobody may be asked for a reason

export function CancelView({whole, tell, choose, leave}: Props) {
  const {contract, options, cycles} = whole;
  const inputs = options.find(({action}) => action === 'cancel')?.inputs ?? [];
  const state = useDeed({action: 'cancel', contract, inputs}, tell);
  const taking = useErrand();
  const {typed, problem, busy} = state;

  const next = cycles[0];
  const skip = next?.actions.find(({action, possible}) => action === 'skip' && possible);
  const may = (name: string) => (name === 'skip' ? !!skip : options.some(({action, possible}) => action === name && possible));
  const {asks_reason: asks, offers} = contract.leaving;
  const fitting = asks ? (INSTEAD[typed.reason ?? ''] ?? []) : UNASKED;
  const offer = offers ? fitting.find(may) : undefined;
  const discount = options.find(({action}) => action === 'stay_discount')?.inputs[0]?.values?.[0]?.words ?? '';

  const take = (name: string) => taking.run(name, async () => {
    const option = options.find(({action}) => action === name);
    if (name === 'skip' && next && skip) choose(await dateDeed(contract, next, skip));
    else if (option) choose(await wholeDeed(contract, option));
  });
  return (
    <s-page heading={t('deed.cancel')}>
      <s-button slot="breadcrumb-actions" onClick={leave}>{t('back')}</s-button>
      <s-section accessibilityLabel={t('deed.cancel')}>
        <s-text>{contract.next_charge ? t('cancel.effect', {date: day(contract.next_charge.date)}) : t('cancel.effect_plain')}</s-text>
        {problem && <Failure problem={problem} again={() => void state.act()} />}
        <s-stack gap="base">
          {asks && inputs.map((input) => (
            <Field key={input.field} input={{...input, needed: false}} typed={typed} set={state.set}
              error={problem?.field === input.field ? wrong(problem) : undefined} />
          ))}
          <s-stack direction="inline" gap="small">
            <s-button variant="primary" tone="critical" loading={busy} onClick={() => void state.act()}>{t('cancel.do')}</s-button>
            <s-button onClick={leave}>{t('cancel.keep')}</s-button>
          </s-stack>
        </s-stack>
      </s-section>
      {offer && (
        <s-section heading={t('cancel.instead')}>
          {taking.problem && <Failure problem={taking.problem} />}
          <s-text>{t(`cancel.offer.${offer}`, {discount})}</s-text>
          <s-button loading={taking.busy !== ''} onClick={() => void take(offer)}>{t(`deed.${offer}`)}</s-button>
        </s-section>
      )}
    </s-page>
  );
}
