// Alerts as other apps post them.

/** An alert as PagerDuty's app posts it. */
export const pagerDutyAlert = (id: string, title: string) => ({
  text: '',
  attachments: [
    {
      color: 'a30200',
      fallback: `Triggered #4711: ${title}`,
      title: `#4711: ${title}`,
      title_link: `https://example.pagerduty.com/incidents/${id}`,
      fields: [
        { title: 'Service', value: '<https://example.pagerduty.com/services/PSVC100|Billing>', short: true },
        { title: 'Urgency', value: 'High', short: true },
      ],
    },
  ],
});
export const pagerDuty = { name: 'PagerDuty', id: 'A1PD' };
