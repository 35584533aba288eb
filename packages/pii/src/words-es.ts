import type { NumberWords } from './words.ts'

export const spanishNumbers: NumberWords = {
  units: 'cero:0 un:1 uno:1 una:1 dos:2 tres:3 cuatro:4 cinco:5 seis:6 siete:7 ocho:8 nueve:9',
  teens:
    'diez:10 once:11 doce:12 trece:13 catorce:14 quince:15 dieciseis:16 diecisiete:17 dieciocho:18 diecinueve:19',
  tens: 'veinte:20 treinta:30 cuarenta:40 cincuenta:50 sesenta:60 setenta:70 ochenta:80 noventa:90',
  wholes:
    'veintiun:21 veintiuno:21 veintiuna:21 veintidos:22 veintitres:23 veinticuatro:24 veinticinco:25 veintiseis:26 veintisiete:27 veintiocho:28 veintinueve:29',
  hundreds:
    'ciento:100 doscientos:200 trescientos:300 cuatrocientos:400 quinientos:500 seiscientos:600 setecientos:700 ochocientos:800 novecientos:900 doscientas:200 trescientas:300 cuatrocientas:400 quinientas:500 seiscientas:600 setecientas:700 ochocientas:800 novecientas:900',
  hundred: 'cien:100',
  thousand: 'mil:1000',
  million: 'millon:1000000 millones:1000000',
  times: 'doble:2 triple:3',
  noise: 'sero:0 sinco:5 ves:3',
  links: {
    and: 'y',
    filler: 'eh este ehm mmm em mm ah pues luego entonces bueno vale ok coma',
    dash: 'guion raya menos',
    dot: 'punto',
    slash: 'barra',
    space: 'espacio',
    plus: 'mas',
    correction: 'no perdon perdona perdone digo quiero decir disculpe disculpa mejor espera',
    restart: 'nuevo borra borre empiezo',
  },
  pauses:
    'a ver|un momento|un segundo|espera un momento|espere un momento|dejame ver|deje que mire|como es|o sea|es decir',
  months:
    'enero:1 febrero:2 marzo:3 abril:4 mayo:5 junio:6 julio:7 agosto:8 septiembre:9 setiembre:9 octubre:10 noviembre:11 diciembre:12',
  ordinals: 'primero:1 primer:1',
  letters:
    'be:b ce:c de:d efe:f ge:g hache:h jota:j ka:k ele:l eme:m ene:n pe:p cu:q erre:r ere:r ese:s te:t uve:v equis:x zeta:z',
}
