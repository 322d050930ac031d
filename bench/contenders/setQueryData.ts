import { startReactPage } from '../page/startReactPage.tsx'
import { queryComponents } from './queryComponents.tsx'

startReactPage(queryComponents(true))
