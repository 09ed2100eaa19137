import { describe, expect, it } from 'vitest';
import { ruleProblem } from './rule.ts';

describe('calendar/rule.ts', () => {
  it.each([
    'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH;BYHOUR=9',
    'FREQ=DAILY;BYHOUR=9,15;BYMINUTE=30',
    'FREQ=MONTHLY;BYDAY=-1FR',
    'FREQ=MONTHLY;BYMONTHDAY=1,-1',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
    'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU',
    'freq=daily; byhour=9',
    'FREQ=DAILY;UNTIL=20261231T235959Z',
  ])('takes %s', (rule) => {
    expect(ruleProblem(rule, false)).toBeNull();
  });

  it.each([
    ['', '"" is no part of a rule'],
    ['BYHOUR=9', 'FREQ is missing'],
    ['FREQ=HOURLY', 'FREQ must be one of DAILY, WEEKLY, MONTHLY, YEARLY, not HOURLY'],
    ['FREQ=DAILY;BYHOURS=9', 'BYHOURS is not known here'],
    ['FREQ=DAILY;BYHOUR=', '"BYHOUR=" is no part of a rule'],
    ['FREQ=DAILY;BYHOUR=24', 'BYHOUR=24 is not a number from 0 to 23'],
    ['FREQ=DAILY;BYHOUR=-1', 'BYHOUR=-1 is not a number from 0 to 23'],
    ['FREQ=DAILY;BYMONTH=0', 'BYMONTH=0 is not a number from 1 to 12'],
    ['FREQ=DAILY;FREQ=WEEKLY', 'FREQ is there twice'],
    ['FREQ=WEEKLY;BYDAY=MON', 'BYDAY=MON is no weekday'],
    ['FREQ=WEEKLY;BYDAY=MO BYHOUR=9', 'BYDAY=MOBYHOUR=9 is no weekday'],
    ['FREQ=WEEKLY;BYDAY=1MO', 'BYDAY=1MO: a number before the day needs FREQ=MONTHLY or YEARLY'],
    ['FREQ=WEEKLY;BYDAY=MO;WKST=1MO', 'WKST=1MO is no weekday'],
    ['FREQ=DAILY;UNTIL=20260230', 'UNTIL=20260230 is no time'],
    ['FREQ=DAILY;INTERVAL=0', 'INTERVAL=0 is not a number from 1 to 1000'],
    ['FREQ=DAILY;INTERVAL=1,2', 'INTERVAL=1,2 is not a number'],
    ['FREQ=DAILY;COUNT=2;UNTIL=20261231', 'COUNT and UNTIL exclude each other'],
    ['FREQ=DAILY;BYSETPOS=1', 'BYSETPOS needs another BY… part'],
    ['FREQ=MONTHLY;BYWEEKNO=3;BYDAY=MO', 'BYWEEKNO needs FREQ=YEARLY'],
    ['FREQ=WEEKLY;BYMONTHDAY=3;BYDAY=MO', 'BYMONTHDAY needs another FREQ'],
    ['FREQ=DAILY;EXDATE=20260101', 'EXDATE is not known here'],
  ])('refuses %s', (rule, sentence) => {
    expect(ruleProblem(rule, true)).toContain(sentence);
  });

  it.each([
    ['FREQ=DAILY;COUNT=3', 'COUNT counts from a first day'],
    ['FREQ=DAILY;INTERVAL=2', 'INTERVAL counts from a first day'],
    ['FREQ=WEEKLY', 'add BYDAY, or give `from: 2026-01-31`'],
    ['FREQ=MONTHLY;BYHOUR=9', 'add BYDAY or BYMONTHDAY'],
    ['FREQ=YEARLY;BYMONTH=3', 'does not say on which day'],
  ])('%s needs a first day', (rule, sentence) => {
    expect(ruleProblem(rule, false)).toContain(sentence);
    expect(ruleProblem(rule, true)).toBeNull();
  });
});
