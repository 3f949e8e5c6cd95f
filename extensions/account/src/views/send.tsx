// What is picked up now is sent to an address instead: asked for here, then Shopify says by what and for how much.
import {useState} from 'preact/hooks';

import {ask, Problem} from '../api/client';
import {type Deed, sending} from '../api/deeds';
import type {Reason, Value} from '../api/types';
import {body, missing, type Typed} from '../body';
import {Failure, wrong} from '../parts';
import {useErrand} from '../use-errand';
import {t} from '../words';
import type {Whole} from './contract';
import {Field} from './fields';

interface Props {
  whole: Whole;
  choose: (deed: Deed) => void;
  leave: () => void;
}

export function SendView({whole, choose, leave}: Props) {
  const {contract, options} = whole;
  const asked = options.find(({action}) => action === 'address')?.inputs ?? [];
  const inputs = asked.filter(({field}) => field !== 'paid_orders');
  const form: Deed = {action: 'address', contract, inputs};
  const [typed, setTyped] = useState<Typed>({});
  const [short, setShort] = useState<string[]>([]);
  const {busy, problem, run} = useErrand();

  const look = () => run('look', async () => {
    const empty = missing(form, typed);
    setShort(empty);
    if (empty.length) return;
    const address = body(form, typed);
    const found = await ask<{options: Value[]; reason: Reason | null}>(`/contracts/${contract.number}/shipping`, address);
    if (found.reason) throw new Problem(found.reason.code, found.reason.words, null, 409);
    choose(sending(contract, options, found.options, address));
  });
  const error = (field: string) => (short.includes(field) ? t('field.needed') : problem?.field === field ? wrong(problem) : undefined);
  return (
    <s-page heading={t('deed.send')}>
      <s-button slot="breadcrumb-actions" onClick={leave}>{t('back')}</s-button>
      <s-section accessibilityLabel={t('deed.send')}>
        {problem && !problem.field && <Failure problem={problem} again={problem.mayPass ? () => void look() : undefined} />}
        <s-form onSubmit={() => void look()}>
          <s-stack gap="base">
            {inputs.map((input) => (
              <Field key={input.field} input={input} typed={typed} error={error(input.field)}
                set={(field, value) => setTyped((now) => ({...now, [field]: value}))} />
            ))}
            <s-button type="submit" variant="primary" loading={busy !== ''}>{t('delivery.look')}</s-button>
          </s-stack>
        </s-form>
      </s-section>
    </s-page>
  );
}
