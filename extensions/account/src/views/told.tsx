// What was done, with the way back where there is one.
import {undo} from '../api/deeds';
import {wrong} from '../parts';
import type {Made} from '../use-deed';
import {useErrand} from '../use-errand';
import {t} from '../words';

const UNPAID = ['failed', 'confirmation_needed']; // an order made now whose charge did not go through

export function Told({made, tell}: {made: Made; tell: (made?: Made) => void}) {
  const {busy, problem, run} = useErrand();
  const {deed, key, done} = made;
  const back = (one: string) => run('undo', async () => {
    await undo(deed, one);
    tell();
  });
  const unpaid = UNPAID.find((state) => state === done.payment?.state);
  const said = done.payment === null ? t('done.soon') : t('done.deed', {deed: t(`deed.${deed.action}`)});
  const heading = problem ? wrong(problem) : unpaid ? t(`payment.state.${unpaid}`) : said;
  return (
    <s-banner tone={problem || unpaid ? 'warning' : 'success'} heading={heading}>
      {key && <s-button loading={busy !== ''} onClick={() => void back(key)}>{t('undo')}</s-button>}
    </s-banner>
  );
}
