// What was done, with the way back where there is one.
import {useState} from 'preact/hooks';

import {Problem} from '../api/client';
import {undo} from '../api/deeds';
import {wrong} from '../parts';
import type {Made} from '../use-deed';
import {t} from '../words';

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
  const heading = done.payment === null ? t('done.soon') : t('done.deed', {deed: t(`deed.${deed.action}`)});
  return (
    <s-banner tone={problem ? 'warning' : 'success'} heading={problem ? wrong(problem) : heading}>
      {key && <s-button loading={busy} onClick={() => void back()}>{t('undo')}</s-button>}
    </s-banner>
  );
}
