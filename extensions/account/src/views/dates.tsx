// The orders to come: when, for how much, until when each can be changed, what is missing in it, and what may be done.
import {type Deed, dateDeed} from '../api/deeds';
import type {Contract, Cycle, DateAction} from '../api/types';
import {Fact, Failure} from '../parts';
import {useErrand} from '../use-errand';
import {day, items, moment, money, t} from '../words';
import type {Whole} from './contract';
import {Stock} from './stock';

interface Props {
  whole: Whole;
  choose: (deed: Deed) => void;
  tell: () => void;
}

export function Dates({whole, choose, tell}: Props) {
  const {contract, cycles} = whole;
  const [first, ...later] = cycles;
  if (!first) return null;
  return (
    <>
      <s-section heading={t('next.heading')}>
        <Coming contract={contract} cycle={first} choose={choose} tell={tell} />
      </s-section>
      {later.length > 0 && (
        <s-section heading={t('next.later')}>
          {later.map((cycle) => (
            <s-details key={cycle.index} defaultOpen={cycle.missing.length > 0}>
              <s-summary>{t(`date.${cycle.state}`, {date: day(cycle.date)})}</s-summary>
              <Coming contract={contract} cycle={cycle} choose={choose} tell={tell} />
            </s-details>
          ))}
        </s-section>
      )}
    </>
  );
}

function Coming({contract, cycle, choose, tell}: Omit<Props, 'whole'> & {contract: Contract; cycle: Cycle}) {
  const isChangeable = cycle.actions.some(({possible}) => possible);
  return (
    <s-stack gap="base">
      <Fact name={t('next.date')}>{t(`date.${cycle.state}`, {date: day(cycle.date)})}</Fact>
      <Fact name={t('next.items')}>{items(cycle.lines ?? contract.lines)}</Fact>
      {cycle.total && <Fact name={t('next.total')}>{t('next.before_taxes', {total: money(cycle.total)})}</Fact>}
      {isChangeable && <Fact name={t('next.until')}>{moment(cycle.changeable_until, contract.time_zone)}</Fact>}
      {cycle.missing.map((each) => (
        <Stock key={each.decision} contract={contract} missing={each} tell={tell} />
      ))}
      <Deeds contract={contract} cycle={cycle} choose={choose} />
    </s-stack>
  );
}

function Deeds({contract, cycle, choose}: {contract: Contract; cycle: Cycle; choose: (deed: Deed) => void}) {
  const {busy, problem, run} = useErrand();
  const date = day(cycle.date);
  const open = (action: DateAction) => run(action.action, async () => choose(await dateDeed(contract, cycle, action)));
  return (
    <>
      {problem && <Failure problem={problem} />}
      <s-stack direction="inline" gap="small">
        {cycle.actions.filter(({possible}) => possible).map((each) => (
          <s-button key={each.action} loading={busy === each.action} onClick={() => void open(each)}
            accessibilityLabel={t('date.deed_of', {deed: t(`deed.${each.action}`), date})}>
            {t(`deed.${each.action}`)}
          </s-button>
        ))}
      </s-stack>
    </>
  );
}
