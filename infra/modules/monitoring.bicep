// Log Analytics, and Application Insights over it. Neither takes what is sent by a key.
import { tagValues } from 'types.bicep'

@description('What Log Analytics is called.')
param workspaceName string

@description('What Application Insights is called.')
param applicationInsightsName string

@description('Where it is.')
param location string

@description('Tags of everything.')
param tags tagValues

@description('Days that everything is kept.')
param retentionDays int

@description('GB a day; -1 takes all.')
param dailyCapGB int

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: dailyCapGB }
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: applicationInsightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}
