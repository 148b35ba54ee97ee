import { XlsExport, type ExportContext, type Header, type Target } from 'regie';

export const target: Target = { period: 'month', timezone: 'Africa/Dakar' };

/** Francs CFA for a call that was answered, and for one that was not. */
const prices = { answered: 350, other: 25 };

/** What is to be billed for the calls of a month, from its first to the first of the next one: a row for each client file. */
export default class BillingMonth extends XlsExport {
  override format = 'xlsx' as const;
  override file = 'billing_{campaign}_{yyyy}{MM}.xlsx';
  override sheet = 'classique';

  override header: Header = [
    'fichier',
    'segment',
    { name: 'premier_appel', format: 'dd/MM/yyyy HH:mm' },
    { name: 'dernier_appel', format: 'dd/MM/yyyy HH:mm' },
    { name: 'appels', type: 'number' },
    { name: 'decroches', type: 'number' },
    { name: 'secondes', type: 'number' },
    { name: 'ventes', type: 'number' },
    { name: 'montant_xof', type: 'number' },
  ];

  override rows({ source, from, to }: ExportContext) {
    return source('outbound').script(query, { from, to });
  }
}

const query = `
  select m.fichier, m.segment, min(a.started) as first_call, max(a.started) as last_call, count(*) as calls,
    sum(case when a.status = 'ANSWERED' then 1 else 0 end) as answered,
    sum(a.duration) as seconds,
    sum(case when m.codefinappel = 'CPLUS' and a.number = m.attempts then 1 else 0 end) as sales,
    sum(case when a.status = 'ANSWERED' then ${prices.answered} else ${prices.other} end) as amount
  from attempt a
  join main m on m.id = a.main_id
  where a.started >= cast(:from as date) and a.started < cast(:to as date)
  group by m.fichier, m.segment
  order by m.segment, m.fichier`;
