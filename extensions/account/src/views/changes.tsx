// What may be done with the whole subscription, in groups, and why not what may not be done.
import {type Deed, wholeDeed} from '../api/deeds';
import type {Option} from '../api/types';
import {Failure} from '../parts';
import {useErrand} from '../use-errand';
import {t} from '../words';
import type {Whole} from './contract';

const GROUPS: Record<string, string[]> = {
  items: ['quantity', 'swap', 'add', 'remove'],
  rhythm: ['resume', 'reactivate', 'frequency', 'move_all', 'pause'],
  delivery: ['address', 'delivery', 'note', 'out_of_stock'],
  money: ['discount', 'remove_discount', 'payment_method', 'backup_method'],
};
/** Reasons that tell a shopper nothing: it is so already, or the shop offers nothing of the kind. */
const SILENT = ['already', 'no_choice', 'not_paused', 'not_failed'];

interface Props {
  whole: Whole;
  choose: (deed: Deed | 'cancel') => void;
}

export function Changes({whole, choose}: Props) {
  const {contract, options} = whole;
  const {busy, problem, run} = useErrand();
  const of = (names: string[]) => names.map((name) => options.find(({action}) => action === name)).filter((each) => !!each);
  const mayNot = of(Object.values(GROUPS).flat()).filter(({reason}) => reason && !SILENT.includes(reason.code));
  const mayCancel = options.some(({action, possible}) => action === 'cancel' && possible);

  const open = (option: Option) => run(option.action, async () => choose(await wholeDeed(contract, option)));
  return (
    <s-section heading={t('changes.heading')}>
      {problem && <Failure problem={problem} />}
      {Object.entries(GROUPS).map(([group, names]) => {
        const may = of(names).filter(({possible}) => possible);
        return may.length > 0 && (
          <s-stack key={group} gap="small">
            <s-text type="strong">{t(`changes.${group}`)}</s-text>
            <s-stack direction="inline" gap="small">
              {may.map((option) => (
                <s-button key={option.action} loading={busy === option.action} onClick={() => void open(option)}>
                  {t(`deed.${option.action}`)}
                </s-button>
              ))}
            </s-stack>
          </s-stack>
        );
      })}
      {mayNot.length > 0 && (
        <s-details>
          <s-summary>{t('changes.not_now')}</s-summary>
          <s-stack gap="small">
            {mayNot.map(({action, reason}) => <s-text key={action}>{`${t(`deed.${action}`)}: ${reason?.words}`}</s-text>)}
          </s-stack>
        </s-details>
      )}
      {mayCancel && <s-button tone="critical" onClick={() => choose('cancel')}>{t('deed.cancel')}</s-button>}
    </s-section>
  );
}
