// One service of one resource inside the network, and the zone by which its name leads there.
import { tagValues } from 'types.bicep'

@description('What the endpoint is called.')
param name string

@description('Where it is.')
param location string

@description('Tags of everything.')
param tags tagValues

@description('The resource.')
param targetId string

@description('Which of its services: blob, queue, table, vault.')
param service string

@description('The private zone of that service.')
param zoneName string

@description('The virtual network.')
param networkName string

@description('The subnet that it is in.')
param subnetId string

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' existing = {
  name: networkName
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: networkName
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2026-03-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: service
        properties: {
          privateLinkServiceId: targetId
          groupIds: [service]
        }
      }
    ]
  }

  resource zones 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: service
          properties: { privateDnsZoneId: zone.id }
        }
      ]
    }
  }
}
