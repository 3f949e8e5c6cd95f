// Withdrawing from the contract, where the shopper's region gives that right: two steps, each with its own label.
import {type Deed} from '../api/deeds';
import type {Contract} from '../api/types';
import {Failure} from '../parts';
import {type Made, useDeed} from '../use-deed';
import {day, items, moment, t} from '../words';
import type {Whole} from './contract';

/** The first step, and once it is done that it was and when. */
export function Leaving({whole, withdraw}: {whole: Whole; withdraw: () => void}) {
  const {contract, options} = whole;
  const {withdrawn_at: at, withdrawal} = contract.leaving;
  if (at) {
    return (
      <s-banner tone="info" heading={t('withdraw.done', {time: moment(at, contract.time_zone)})}>
        <s-text>{proof(contract)}</s-text>
      </s-banner>
    );
  }
  if (!withdrawal || !options.some(({action, possible}) => action === 'withdraw' && possible)) return null;
  return (
    <s-section accessibilityLabel={t('deed.withdraw')}>
      <s-text>{t('withdraw.until', {date: day(withdrawal.until)})}</s-text>
      <s-button onClick={withdraw}>{t('deed.withdraw')}</s-button>
    </s-section>
  );
}

/** What there is to show later that it was declared, and when. */
function proof({leaving}: Contract): string {
  return t(leaving.acknowledged ? 'withdraw.mail' : 'withdraw.no_mail');
}

interface Props {
  contract: Contract;
  tell: (made: Made) => void;
  leave: () => void;
}

/** The second step: what is withdrawn from, what that means, and the button that confirms it. */
export function WithdrawView({contract, tell, leave}: Props) {
  const deed: Deed = {action: 'withdraw', contract, inputs: []};
  const {problem, busy, act} = useDeed(deed, tell);
  const exempt = contract.leaving.withdrawal?.exempt;
  return (
    <s-page heading={t('deed.withdraw')}>
      <s-button slot="breadcrumb-actions" onClick={leave}>{t('back')}</s-button>
      <s-section accessibilityLabel={t('deed.withdraw')}>
        {problem && <Failure problem={problem} again={() => void act()} />}
        <s-stack gap="base">
          <s-text>{t('withdraw.what', {date: day(contract.started_on), number: contract.number, items: items(contract.lines)})}</s-text>
          <s-text>{t('withdraw.effect')}</s-text>
          <s-text>{proof(contract)}</s-text>
          {exempt && <s-text>{t('withdraw.exempt', {words: exempt})}</s-text>}
          <s-stack direction="inline" gap="small">
            <s-button variant="primary" tone="critical" loading={busy} onClick={() => void act()}>{t('withdraw.do')}</s-button>
            <s-button onClick={leave}>{t('back')}</s-button>
          </s-stack>
        </s-stack>
      </s-section>
    </s-page>
  );
}
