// One subscription: what comes next, what may be changed, how it is paid, what was.
import {useState} from 'preact/hooks';

import {ask} from '../api/client';
import type {Deed} from '../api/deeds';
import type {Contract, Cycle, Option} from '../api/types';
import {Ready} from '../parts';
import {go} from '../route';
import type {Made} from '../use-deed';
import {useLoad} from '../use-load';
import {items, priceChange, rhythm, t} from '../words';
import {CancelView} from './cancel';
import {Changes} from './changes';
import {Dates} from './dates';
import {DeedView} from './deed';
import {Deliveries} from './deliveries';
import {Delivery} from './delivery';
import {Leaving, WithdrawView} from './leaving';
import {Status} from './list';
import {Past} from './past';
import {Payment, trouble} from './payment';
import {SendView} from './send';
import {Told} from './told';

/** All that one view of a subscription is made of. */
export interface Whole {
  contract: Contract;
  cycles: Cycle[];
  options: Option[];
}

/** What is open instead of the subscription: a deed, or a view of its own. */
type Open = Deed | 'cancel' | 'withdraw' | 'send';

async function read(number: string): Promise<Whole> {
  const own = `/contracts/${number}`;
  const [contract, {cycles}, {actions}] = await Promise.all([
    ask<Contract>(own),
    ask<{cycles: Cycle[]}>(`${own}/cycles`),
    ask<{actions: Option[]}>(`${own}/options`),
  ]);
  return {contract, cycles, options: actions};
}

export function ContractPage({number}: {number: string}) {
  const whole = useLoad(number, () => read(number));
  const [open, setOpen] = useState<Open>();
  const [made, setMade] = useState<Made>();

  const close = () => setOpen(undefined);
  const tell = (told?: Made) => {
    setMade(told);
    close();
    void whole.again();
  };
  const choose = (deed: Open) => {
    setMade(undefined);
    setOpen(deed);
  };
  if (open === 'cancel' && whole.value) {
    return <CancelView whole={whole.value} tell={tell} choose={choose} leave={close} />;
  }
  if (open === 'withdraw' && whole.value) {
    return <WithdrawView contract={whole.value.contract} tell={tell} leave={close} />;
  }
  if (open === 'send' && whole.value) return <SendView whole={whole.value} choose={choose} leave={close} />;
  if (open && typeof open !== 'string') return <DeedView key={open.action} deed={open} tell={tell} leave={() => tell()} />;
  return (
    <s-page heading={whole.value ? items(whole.value.contract.lines) : t('title')}>
      <s-button slot="breadcrumb-actions" onClick={() => go()}>{t('title')}</s-button>
      <Ready of={whole}>
        {(value) => (
          <s-stack gap="base">
            {made && <Told key={made.key} made={made} tell={tell} />}
            {whole.problem && <s-banner tone="warning" heading={t('problem.stale')} />}
            <s-section accessibilityLabel={t('summary')}>
              <Status contract={value.contract} />
              <s-text>{rhythm(value.contract.delivery)}</s-text>
              {value.contract.price_changes.map((each) => <s-text key={each.line}>{priceChange(each)}</s-text>)}
              {value.contract.status === 'CANCELLED' && <s-text>{t('cancelled')}</s-text>}
            </s-section>
            {trouble(value.contract) && <Payment contract={value.contract} again={() => void whole.again()} />}
            <Dates whole={value} choose={choose} tell={tell} />
            {value.contract.prepaid && <Deliveries contract={value.contract} />}
            {!trouble(value.contract) && <Payment contract={value.contract} again={() => void whole.again()} />}
            <Delivery whole={value} send={() => choose('send')} />
            <Changes whole={value} choose={choose} />
            <Leaving whole={value} withdraw={() => choose('withdraw')} />
            <Past contract={value.contract} />
          </s-stack>
        )}
      </Ready>
    </s-page>
  );
}
