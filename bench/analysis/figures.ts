/** What the other methods reached in statistics (e), row by row, as it stands there. */

import type { Method } from './methods.ts';

export const figures: Readonly<Record<string, Partial<Record<Method, string>>>> = {
  'e1 0.5 → 1 %, 1 rps': {
    'fixed, lenient': '71 % · 47/>60 min · 1',
    'fixed, strict': '71 % · 47/>60 min · 1',
    'kayenta at 30': '0 % · – min · 1',
    'kayenta at 60': '0 % · – min · 1',
    'kayenta every minute': '0 % · – min · 1',
  },
  'e1 0.5 → 1 %, 10 rps': {
    'fixed, lenient': '21 % · >60/>60 min · 9',
    'fixed, strict': '100 % · 14/24 min · 2',
    'kayenta at 30': '2.8 % · >60/>60 min · 9',
    'kayenta at 60': '5.8 % · >60/>60 min · 9',
    'kayenta every minute': '14 % · >60/>60 min · 9',
  },
  'e1 0.5 → 1 %, 100 rps': {
    'fixed, lenient': '0 % · – min · 90',
    'fixed, strict': '100 % · 8.0/13 min · 13',
    'kayenta at 30': '54 % · 30/>60 min · 66',
    'kayenta at 60': '92 % · 60/60 min · 90',
    'kayenta every minute': '94 % · 22/51 min · 38',
  },
  'e1 0.5 → 1 %, 1000 rps': {
    'fixed, lenient': '0 % · – min · 900',
    'fixed, strict': '100 % · 8.0/12 min · 124',
    'kayenta at 30': '100 % · 30/30 min · 450',
    'kayenta at 60': '100 % · 60/60 min · 900',
    'kayenta every minute': '100 % · 5.0/7.0 min · 86',
  },
  'e1 0.5 → 2 %, 1 rps': {
    'fixed, lenient': '90 % · 34/>60 min · 2',
    'fixed, strict': '90 % · 34/>60 min · 2',
    'kayenta at 30': '0 % · – min · 3',
    'kayenta at 60': '0 % · – min · 3',
    'kayenta every minute': '0 % · – min · 3',
  },
  'e1 0.5 → 2 %, 10 rps': {
    'fixed, lenient': '95 % · 31/52 min · 14',
    'fixed, strict': '100 % · 8.0/13 min · 4',
    'kayenta at 30': '24 % · >60/>60 min · 24',
    'kayenta at 60': '68 % · 60/>60 min · 27',
    'kayenta every minute': '90 % · 32/>60 min · 16',
  },
  'e1 0.5 → 2 %, 100 rps': {
    'fixed, lenient': '0 % · – min · 270',
    'fixed, strict': '100 % · 4.0/5.0 min · 20',
    'kayenta at 30': '100 % · 30/30 min · 135',
    'kayenta at 60': '100 % · 60/60 min · 270',
    'kayenta every minute': '100 % · 6.0/10 min · 31',
  },
  'e1 0.5 → 2 %, 1000 rps': {
    'fixed, lenient': '0 % · – min · 2701',
    'fixed, strict': '100 % · 4.0/4.0 min · 180',
    'kayenta at 30': '100 % · 30/30 min · 1350',
    'kayenta at 60': '100 % · 60/60 min · 2701',
    'kayenta every minute': '100 % · 5.0/5.0 min · 225',
  },
  'e1 0.1 → 5 %, 1 rps': {
    'fixed, lenient': '100 % · 19/33 min · 3',
    'fixed, strict': '100 % · 19/33 min · 3',
    'kayenta at 30': '0.2 % · – min · 9',
    'kayenta at 60': '0.5 % · – min · 9',
    'kayenta every minute': '0.8 % · >60/>60 min · 9',
  },
  'e1 0.1 → 5 %, 10 rps': {
    'fixed, lenient': '100 % · 8.0/14 min · 14',
    'fixed, strict': '100 % · 5.0/7.0 min · 8',
    'kayenta at 30': '89 % · 30/>60 min · 49',
    'kayenta at 60': '99 % · 60/60 min · 88',
    'kayenta every minute': '100 % · 10/25 min · 18',
  },
  'e1 0.1 → 5 %, 100 rps': {
    'fixed, lenient': '100 % · 8.0/12 min · 120',
    'fixed, strict': '100 % · 4.0/4.0 min · 59',
    'kayenta at 30': '100 % · 30/30 min · 441',
    'kayenta at 60': '100 % · 60/60 min · 882',
    'kayenta every minute': '100 % · 5.0/5.0 min · 74',
  },
  'e1 0.1 → 5 %, 1000 rps': {
    'fixed, lenient': '100 % · 8.0/12 min · 1194',
    'fixed, strict': '100 % · 4.0/4.0 min · 588',
    'kayenta at 30': '100 % · 30/30 min · 4410',
    'kayenta at 60': '100 % · 60/60 min · 8820',
    'kayenta every minute': '100 % · 5.0/5.0 min · 735',
  },
  'e1 all requests fail, 1 rps': {
    'fixed, lenient': '100 % · 4.0/4.0 min · 12',
    'fixed, strict': '100 % · 4.0/4.0 min · 12',
    'kayenta at 30': '100 % · 30/30 min · 90',
    'kayenta at 60': '100 % · 60/60 min · 181',
    'kayenta every minute': '100 % · 2.0/2.0 min · 8',
  },
  'e1 p99 +20 % (tail only), 1 rps': {
    'fixed, strict': '46 % · >60/>60 min · 3',
    'kayenta at 30': '0 % · – min · 3',
    'kayenta at 60': '0.2 % · – min · 3',
    'kayenta every minute': '2.0 % · >60/>60 min · 3',
  },
  'e1 p99 +20 % (tail only), 10 rps': {
    'fixed, strict': '84 % · 37/>60 min · 20',
    'kayenta at 30': '0.8 % · >60/>60 min · 32',
    'kayenta at 60': '5.8 % · >60/>60 min · 32',
    'kayenta every minute': '13 % · >60/>60 min · 30',
  },
  'e1 p99 +20 % (tail only), 100 rps': {
    'fixed, strict': '37 % · >60/>60 min · 286',
    'kayenta at 30': '100 % · 30/30 min · 160',
    'kayenta at 60': '100 % · 60/60 min · 319',
    'kayenta every minute': '100 % · 10/17 min · 59',
  },
  'e1 p99 +20 % (tail only), 1000 rps': {
    'fixed, strict': '0 % · – min · 3193',
    'kayenta at 30': '100 % · 30/30 min · 1596',
    'kayenta at 60': '100 % · 60/60 min · 3193',
    'kayenta every minute': '100 % · 5.0/5.0 min · 269',
  },
  'e1 p99 +50 % (tail only), 1 rps': {
    'fixed, strict': '68 % · 47/>60 min · 6',
    'kayenta at 30': '0 % · – min · 8',
    'kayenta at 60': '0 % · – min · 8',
    'kayenta every minute': '2.0 % · >60/>60 min · 7',
  },
  'e1 p99 +50 % (tail only), 10 rps': {
    'fixed, strict': '100 % · 15/26 min · 21',
    'kayenta at 30': '21 % · >60/>60 min · 67',
    'kayenta at 60': '61 % · 60/>60 min · 75',
    'kayenta every minute': '85 % · 37/>60 min · 46',
  },
  'e1 p99 +50 % (tail only), 100 rps': {
    'fixed, strict': '100 % · 10/16 min · 127',
    'kayenta at 30': '100 % · 30/30 min · 376',
    'kayenta at 60': '100 % · 60/60 min · 752',
    'kayenta every minute': '100 % · 6.0/8.0 min · 79',
  },
  'e1 p99 +50 % (tail only), 1000 rps': {
    'fixed, strict': '100 % · 14/23 min · 1910',
    'kayenta at 30': '100 % · 30/30 min · 3761',
    'kayenta at 60': '100 % · 60/60 min · 7523',
    'kayenta every minute': '100 % · 5.0/5.0 min · 627',
  },
  'e2 errors 0.5 %, 1 rps': {
    'fixed, lenient': '55 [53–56] %',
    'fixed, strict': '55 [53–56] %',
    'kayenta at 60': '0.00 [0.00–0.06] %',
    'kayenta every minute': '0.00 [0.00–0.06] %',
  },
  'e2 errors 0.5 %, 10 rps': {
    'fixed, lenient': '0.47 [0.32–0.67] %',
    'fixed, strict': '98 [97–98] %',
    'kayenta at 60': '0.02 [0.00–0.09] %',
    'kayenta every minute': '0.15 [0.08–0.28] %',
  },
  'e2 errors 0.5 %, 100 rps': {
    'fixed, lenient': '0.00 [0.00–0.06] %',
    'fixed, strict': '95 [94–95] %',
    'kayenta at 60': '0.00 [0.00–0.06] %',
    'kayenta every minute': '0.60 [0.43–0.83] %',
  },
  'e2 errors 0.5 %, 1000 rps': {
    'fixed, lenient': '0.00 [0.00–0.06] %',
    'fixed, strict': '0.00 [0.00–0.06] %',
    'kayenta at 60': '0.10 [0.05–0.22] %',
    'kayenta every minute': '1.17 [0.92–1.47] %',
  },
  'e2 latency, 1 rps': {
    'fixed, strict': '39 [37–41] %',
    'kayenta at 60': '0.05 [0.01–0.28] %',
    'kayenta every minute': '1.90 [1.39–2.60] %',
  },
  'e2 latency, 10 rps': {
    'fixed, strict': '12.00 [10.65–13.50] %',
    'kayenta at 60': '0.00 [0.00–0.19] %',
    'kayenta every minute': '0.20 [0.08–0.51] %',
  },
  'e2 latency, 100 rps': {
    'fixed, strict': '0.00 [0.00–0.19] %',
    'kayenta at 60': '0.05 [0.01–0.28] %',
    'kayenta every minute': '1.05 [0.69–1.60] %',
  },
  'e2 latency, 1000 rps': {
    'fixed, strict': '0.00 [0.00–0.19] %',
    'kayenta at 60': '0.20 [0.08–0.51] %',
    'kayenta every minute': '1.20 [0.81–1.78] %',
  },
  'e3 diurnal and drift, healthy, 100 rps': {
    'fixed, strict': '100 %',
    'kayenta at 60': '0.1 %',
    'kayenta every minute': '1.1 %',
  },
  'e3 diurnal and drift, 0.5 → 2 %, 100 rps': {
    'kayenta every minute': '6.0/8.0 min',
  },
  'e3 diurnal and drift, healthy, 1000 rps': {
    'fixed, strict': '99 %',
    'kayenta at 60': '0 %',
    'kayenta every minute': '0.7 %',
  },
  'e3 diurnal and drift, 0.5 → 2 %, 1000 rps': {
    'kayenta every minute': '5.0/5.0 min',
  },
  'e3 common shocks cv 0.3, healthy, 100 rps': {
    'fixed, strict': '96 %',
    'kayenta at 60': '0 %',
    'kayenta every minute': '0.4 %',
  },
  'e3 common shocks cv 0.3, 0.5 → 2 %, 100 rps': {
    'kayenta every minute': '7.0/11 min',
  },
  'e3 common shocks cv 0.3, healthy, 1000 rps': {
    'fixed, strict': '0.9 %',
    'kayenta at 60': '0 %',
    'kayenta every minute': '0.2 %',
  },
  'e3 common shocks cv 0.3, 0.5 → 2 %, 1000 rps': {
    'kayenta every minute': '5.0/5.0 min',
  },
  'e3 common shocks cv 1, healthy, 100 rps': {
    'fixed, strict': '97 %',
    'kayenta at 60': '0 %',
    'kayenta every minute': '0.2 %',
  },
  'e3 common shocks cv 1, 0.5 → 2 %, 100 rps': {
    'kayenta every minute': '11/20 min',
  },
  'e3 common shocks cv 1, healthy, 1000 rps': {
    'fixed, strict': '76 %',
    'kayenta at 60': '0 %',
    'kayenta every minute': '0 %',
  },
  'e3 common shocks cv 1, 0.5 → 2 %, 1000 rps': {
    'kayenta every minute': '7.0/12 min',
  },
  'e3 pod noise cv 0.5, healthy, 100 rps': {
    'fixed, strict': '96 %',
    'kayenta at 60': '0 %',
    'kayenta every minute': '0.5 %',
  },
  'e3 pod noise cv 0.5, 0.5 → 2 %, 100 rps': {
    'kayenta every minute': '7.0/10 min',
  },
  'e3 pod noise cv 0.5, healthy, 1000 rps': {
    'fixed, strict': '0 %',
    'kayenta at 60': '0.2 %',
    'kayenta every minute': '1.4 %',
  },
  'e3 pod noise cv 0.5, 0.5 → 2 %, 1000 rps': {
    'kayenta every minute': '5.0/5.0 min',
  },
  'e3 pod noise cv 0.3, correlated, healthy, 100 rps': {
    'fixed, strict': '95 %',
    'kayenta at 60': '0 %',
    'kayenta every minute': '0.7 %',
  },
  'e3 pod noise cv 0.3, correlated, 0.5 → 2 %, 100 rps': {
    'kayenta every minute': '7.0/11 min',
  },
  'e3 pod noise cv 0.3, correlated, healthy, 1000 rps': {
    'fixed, strict': '0.7 %',
    'kayenta at 60': '1.0 %',
    'kayenta every minute': '5.9 %',
  },
  'e3 pod noise cv 0.3, correlated, 0.5 → 2 %, 1000 rps': {
    'kayenta every minute': '5.0/6.0 min',
  },
  'e3 bursts of 3 errors, healthy, 100 rps': {
    'fixed, strict': '100 %',
    'kayenta at 60': '0.5 %',
    'kayenta every minute': '1.7 %',
  },
  'e3 bursts of 3 errors, 0.5 → 2 %, 100 rps': {
    'kayenta every minute': '16/33 min',
  },
  'e3 bursts of 3 errors, healthy, 1000 rps': {
    'fixed, strict': '48 %',
    'kayenta at 60': '0.1 %',
    'kayenta every minute': '1.2 %',
  },
  'e3 bursts of 3 errors, 0.5 → 2 %, 1000 rps': {
    'kayenta every minute': '5.0/7.0 min',
  },
  'e3 arm noise cv 0.5, healthy, 100 rps': {
    'fixed, strict': '96 %',
    'kayenta at 60': '0 %',
    'kayenta every minute': '0.3 %',
  },
  'e3 arm noise cv 0.5, 0.5 → 2 %, 100 rps': {
    'kayenta every minute': '7.0/11 min',
  },
  'e3 arm noise cv 0.5, healthy, 1000 rps': {
    'fixed, strict': '0 %',
    'kayenta at 60': '0.1 %',
    'kayenta every minute': '0.9 %',
  },
  'e3 arm noise cv 0.5, 0.5 → 2 %, 1000 rps': {
    'kayenta every minute': '5.0/5.0 min',
  },
  'e3 arm noise cv 0.3, correlated, healthy, 100 rps': {
    'fixed, strict': '96 %',
    'kayenta at 60': '0 %',
    'kayenta every minute': '1.0 %',
  },
  'e3 arm noise cv 0.3, correlated, 0.5 → 2 %, 100 rps': {
    'kayenta every minute': '7.0/11 min',
  },
  'e3 arm noise cv 0.3, correlated, healthy, 1000 rps': {
    'fixed, strict': '0.9 %',
    'kayenta at 60': '1.2 %',
    'kayenta every minute': '6.6 %',
  },
  'e3 arm noise cv 0.3, correlated, 0.5 → 2 %, 1000 rps': {
    'kayenta every minute': '5.0/5.0 min',
  },
};
