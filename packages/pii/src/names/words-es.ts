import type { NameWords } from './words.ts'

export const spanishNames: NameWords = {
  stop: 'a al ante aquí así aunque bajo bien cada casi como con contra cual cuando de del desde donde dos e el él ella ellas ellos en entre era es esa ese eso esta está están estaba este esto estos estoy fue ha han hasta hay he la las le les lo los más me mi mis mientras mucho muy nada ni no nos nosotros o otra otro para pero por porque pues que qué quien quién se sea ser si sí sin sobre son soy su sus también tan tanto te tengo tiene tienen toda todo todos tu tú un una uno unos usted ustedes va vamos voy y ya yo',
  common:
    'hola buenos buenas días tardes noches gracias favor señor señora señorita don doña llamo llama llamar llamada llamaba quiero quisiera necesito puedo puede podría tengo tenía hace años año mes meses semana día hora minutos momento número teléfono móvil tarjeta cuenta cliente código postal correo dirección calle nombre apellido apellidos fecha nacimiento factura pedido pago pagar euros dinero banco seguro trabajo trabajaba vivo vive nací nació nacido casa piso puerta ciudad país envío transferencia haga apunte escríbame hablar habla hablo parte acerca mañana ayer hoy ahora después antes siempre nunca claro vale bueno perdón disculpe espere esperando llevo llega llegado saber decir dígame buen médico hospital enfermedad operación diagnosticaron problema ayuda ayudar servicio atención marido mujer esposa esposo hijo hija madre padre hermano hermana amigo amiga caduca tengo total euro cita pedidos minuto ver este socio socia póliza referencia',
  fillers: 'eh este mmm ah',
  numbers:
    'cero uno una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento doscientos trescientos mil doble triple',
  titles: 'señor,señora,señorita,don,doña,sr,sra,srta,doctor,doctora,dr,dra,profesor,profesora',
  connectors: 'de la del los las y san santa da dos do van von',
  nameCues:
    'me llamo,mi nombre es,mi nombre completo es,mi apellido es,mis apellidos son,el nombre es,nombre es,a nombre de,se llama,nombre,de parte de,le habla,habla con,hablo con,hablar con',
  nameHints:
    'soy,habla,aquí,con,de,hola,buenos días,buenas tardes,gracias,sí,mi mujer,mi marido,mi esposa,mi esposo,mi hijo,mi hija,mi madre,mi padre,mi hermano,mi hermana,mi amigo,mi amiga,para,es',
  afterName: 'al habla,al teléfono,al aparato,buenas tardes,buenos días,y',
  spellCues: 'se escribe,deletreo,se deletrea',
  placeCues: 'vivo en,vivimos en,vive en,nací en,soy de,llamo desde,viajo a,estoy en,me mudé a',
  placeHints: 'en de desde a hacia',
  firmCues: 'trabajo en,trabajo para,trabaja en,trabaja para,trabajaba en,la empresa,empresa,cliente de',
  firmEnds: 'sl sa slu sociedad limitada anonima',
  firmWords:
    'banco caja seguros construcciones transportes hospital clínica universidad instituto colegio grupo hermanos',
  addressCues:
    'vivo en,vivimos en,vive en,mi dirección es,la dirección es,la dirección de envío es,dirección de envío es,dirección es,mi domicilio es,domicilio en,envíelo a,estoy en,enviar a',
  streetAfter: '',
  streetBefore:
    'calle avenida avda av plaza plza paseo carretera camino ronda travesía callejón urbanización barrio glorieta vía',
  streetEnds: '',
  directions: 'norte sur este oeste',
  units: 'piso puerta apartamento bloque escalera portal bajo ático planta número n nº',
  inTown: 'en de',
  states: '',
  known:
    'lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre visa mastercard iban dni nie gmail outlook yahoo icloud proton web com arroba punto',
}
