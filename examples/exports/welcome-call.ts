import { CsvExport, type Column, type ExportContext, type Header, type Target } from 'regie';

export const target: Target = { timezone: 'Africa/Dakar' };

const day = { type: 'date', format: 'dd/MM/yyyy' } satisfies Partial<Column>;
const time = { type: 'datetime', format: 'dd/MM/yyyy HH:mm:ss' } satisfies Partial<Column>;

/** Yesterday's welcome calls to new subscribers, with all that is known of them: 39 columns, for people who open the file in Excel. */
export default class WelcomeCall extends CsvExport {
  override file = 'export_welcome_call_{yyyy}{MM}{dd}.csv';

  // Excel takes a file without a mark for windows-1252. What that lacks becomes a question mark, and is counted.
  override csv = { encoding: 'windows-1252', unencodable: 'replace', guard: true } as const;

  override header: Header = [
    'ID',
    'FICHIER',
    'SEGMENT',
    { name: 'DATE CHARGEMENT', ...day },
    'NUMERO CLIENT',
    'NUMERO CARTE',
    'NUMERO DECODEUR',
    'CIVILITE',
    'NOM',
    'PRENOM',
    'ADRESSE',
    'VILLE',
    'PAYS',
    'LANGUE',
    'EMAIL',
    'TELEPHONE 1',
    'TELEPHONE 2',
    'TELEPHONE 3',
    'FORMULE',
    'OPTIONS',
    { name: 'DATE ABONNEMENT', ...day },
    { name: 'DATE ECHEANCE', ...day },
    { name: 'MONTANT', decimals: 2, decimalMark: ',' },
    'MODE DE PAIEMENT',
    'DISTRIBUTEUR',
    'CODE FIN APPEL',
    'CODE REFUS',
    'CALLED',
    'CALLED OLD',
    { name: 'DATE APPEL', ...time },
    { name: 'DEBUT', ...time },
    { name: 'FIN', ...time },
    'DUREE',
    'TENTATIVES',
    'AGENT',
    { name: 'RAPPEL', ...time },
    'SATISFACTION',
    'REMARQUE',
    'STATUS',
  ];

  override rows({ source, from, to }: ExportContext) {
    return source('outbound').script(query, { from, to });
  }
}

const query = `
  select m.id, m.fichier, m.segment, m.datechargment, m.customer_number, m.card_number, m.decoder_number,
    m.title, m.last_name, m.first_name, m.address, m.city, m.country, m.language, m.email,
    m.phone1, m.phone2, m.phone3, m.formula, m.extras, m.subscribed_on, m.expires_on, m.amount,
    m.payment_mode, m.distributor, m.codefinappel, m.coderefus, m.called, m.called_old,
    m.dateappel, m.call_start, m.call_end, m.duration, m.attempts, m.agent, m.callback_at,
    m.satisfaction, m.remark,
    (select a.status from attempt a where a.main_id = m.id order by a.number desc limit 1) as status
  from main m
  where left(m.fichier, 21) = 'CANAL_PA_WELCOME_CALL'
    and m.dateappel >= cast(:from as date)
    and m.dateappel < cast(:to as date)
  order by m.id`;
