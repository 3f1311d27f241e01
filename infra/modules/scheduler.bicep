// The Durable Task Scheduler, and the task hub in it that the app's orchestrations are in. It takes tokens, no keys.
import { tagValues } from 'types.bicep'

@description('What it is called.')
param name string

@description('What its task hub is called.')
param taskHubName string

@description('Where it is.')
param location string

@description('Tags of everything.')
param tags tagValues

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { name: 'Consumption' }
    // An empty list lets nobody in. Instances of the app have no addresses of their own; the token decides.
    ipAllowlist: ['0.0.0.0/0']
  }

  resource hub 'taskHubs' = {
    name: taskHubName
  }
}
