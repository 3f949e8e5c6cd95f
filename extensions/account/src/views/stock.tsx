// What is missing in an order, what becomes of it, and the shopper's choice until the day that it is decided.
import {useState} from 'preact/hooks';

import {ask, newKey} from '../api/client';
import type {Contract, Missing} from '../api/types';
import {Failure} from '../parts';
import {useErrand} from '../use-errand';
import {moment, t} from '../words';

interface Props {
  contract: Contract;
  missing: Missing;
  tell: () => void;
}

export function Stock({contract, missing, tell}: Props) {
  const [keys] = useState<Record<string, string>>({});
  const {busy, problem, run} = useErrand(({mayPass}, choice) => mayPass || delete keys[choice]);
  const choose = (choice: string) => run(choice, async () => {
    const key = (keys[choice] ??= newKey());
    await ask(`/contracts/${contract.number}/stock/${missing.decision}`, {choice}, key);
    tell();
  });
  return (
    <s-banner tone="warning" heading={missing.words}>
      <s-stack gap="small">
        <s-text>{missing.happens_words}</s-text>
        {missing.choose_until && <s-text>{t('stock.until', {time: moment(missing.choose_until, contract.time_zone)})}</s-text>}
        {problem && <Failure problem={problem} />}
        {missing.choices.map((each) => (
          <s-stack key={each.choice} gap="none">
            <s-button loading={busy === each.choice} disabled={each.now} onClick={() => void choose(each.choice)}>{each.words}</s-button>
            <s-text color="subdued">{each.what}</s-text>
          </s-stack>
        ))}
      </s-stack>
    </s-banner>
  );
}
