// What was done, with the way back where there is one.
import {useState} from 'preact/hooks';

import {Problem} from '../api/client';
import {undo} from '../api/deeds';
import {wrong} from '../parts';
import type {Made} from '../use-deed';
import {t} from '../words';

const UNPAID = ['failed', 'confirmation_needed']; // an order made now whose charge did not go through

export function Told({made, tell}: {made: Made; tell: (made?: Made) => void}) {
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const {deed, key, done} = made;
  async function back() {
    if (!key || busy) return;
    setBusy(true);
    try {
      await undo(deed, key);
      tell();
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      setProblem(caught);
      setBusy(false);
    }
  }
  const unpaid = UNPAID.find((state) => state === done.payment?.state);
  const said = done.payment === null ? t('done.soon') : t('done.deed', {deed: t(`deed.${deed.action}`)});
  const heading = problem ? wrong(problem) : unpaid ? t(`payment.state.${unpaid}`) : said;
  return (
    <s-banner tone={problem || unpaid ? 'warning' : 'success'} heading={heading}>
      {key && <s-button loading={busy} onClick={() => void back()}>{t('undo')}</s-button>}
    </s-banner>
  );
}
