import { defineExport } from 'regie';

/** Yesterday's calls of the operation "appels sur Afrique" that ended in one of the six codes. In the function form. */
export default defineExport({
  target: { timezone: 'Africa/Dakar' },
  file: 'appels_sur_afrique_{yyyy}{MM}{dd}.csv',
  header: [
    'main_id',
    'fichier',
    'numero_client',
    'telephone',
    'pays',
    'codefinappel',
    'coderefus',
    'dateappel',
    'duree',
    'agent',
  ],
  rows: ({ source, from, to }) => source('outbound').script(query, { from, to }),
});

const query = `
  select id, fichier, customer_number, phone1, country, codefinappel, coderefus, dateappel, duration, agent
  from main
  where left(fichier, 24) = 'CANAL_APPELS_SUR_AFRIQUE'
    and dateappel >= cast(:from as date)
    and dateappel < cast(:to as date)
    and codefinappel in ('CPLUS', 'REFUS', 'CAS PARTICULIER', 'CNADEF', 'CNANONDEF', 'Indisponible')
  order by id`;
