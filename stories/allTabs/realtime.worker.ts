import 'react-query-realtime/worker'
