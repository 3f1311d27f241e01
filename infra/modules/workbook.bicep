// The workbook "ComfyFunc" of Application Insights: runs, times, hosts, storage, calls.
import { tagValues } from 'types.bicep'

@description('Where it is.')
param location string

@description('Tags of everything.')
param tags tagValues

@description('Where the metrics are.')
param applicationInsightsName string

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insights.id, 'comfyfunc')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'ComfyFunc'
    category: 'workbook'
    sourceId: insights.id
    serializedData: string(loadJsonContent('workbook.json'))
    version: 'Notebook/1.0'
  }
}
