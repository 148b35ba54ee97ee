import { CsvExport, type ExportContext, type Target } from 'regie';

export const target: Target = {
  hours: [4, 5, 6, 7],
  period: 'day',
  timezone: 'Africa/Dakar',
  retryEvery: '1 hour',
};

/**
 * Cards that are called no more (fiches clôturées). A card is closed when it was loaded more than 6 days before the business day, of a file
 * ECHEANCE …_1MC; 7 days, of a file FRAIS; 15 days, of another file ECHEANCE; or when its file was closed by hand. Answering machines are an
 * export of their own.
 */
export default class ClosedCards extends CsvExport {
  override file = 'fiches_cloturees_{yyyy}{MM}{dd}.csv';

  override header = [
    'main_id',
    'main_fichier',
    'main_datechargment',
    'main_codefinappel',
    'main_coderefus',
    'main_called',
    'main_called_old',
    'main_dateappel',
    'STATUS',
  ];

  override rows({ source, businessDay }: ExportContext) {
    return source('outbound').script(query, { day: businessDay });
  }
}

const query = `
  select m.id, m.fichier, m.datechargment, m.codefinappel, m.coderefus, m.called, m.called_old, m.dateappel,
    (select a.status from attempt a where a.main_id = m.id order by a.number desc limit 1) as status
  from main m
  where m.called <> 'B'
    and (
      m.fichier in (select fichier from closed_file)
      or m.datechargment < case
        when m.fichier like '%ECHEANCE%' and right(m.fichier, 4) = '_1MC' then cast(:day as date) - interval '6' day
        when m.fichier like '%FRAIS%' then cast(:day as date) - interval '7' day
        when m.fichier like '%ECHEANCE%' then cast(:day as date) - interval '15' day
      end
    )
  order by m.id`;
