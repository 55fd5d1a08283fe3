/** Names the scenario that `npm start` shows and `npm run page` sends again, by its id and folder name in scenarios/. */
export const demoScenario = 'cronjob-nightly-invoices';
