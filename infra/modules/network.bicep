// The virtual network: a subnet for the app, one for private endpoints, one for GPU hosts, which only the app reaches.
import { tagValues } from 'types.bicep'

@description('What it is called.')
param name string

@description('What names of its parts end with.')
param token string

@description('Where it is.')
param location string

@description('Tags of everything.')
param tags tagValues

@description('Addresses of the network: a /16.')
param addressPrefix string

@description('Whether what goes out has one address of its own.')
param natGateway bool

var appPrefix = cidrSubnet(addressPrefix, 24, 0)
var endpointsPrefix = cidrSubnet(addressPrefix, 24, 1)
var hostsPrefix = cidrSubnet(addressPrefix, 24, 2)

resource outAddress 'Microsoft.Network/publicIPAddresses@2026-03-01' = if (natGateway) {
  name: 'pip-nat-${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource nat 'Microsoft.Network/natGateways@2026-03-01' = if (natGateway) {
  name: 'ng-${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: outAddress.id }] }
}

var way = natGateway ? { natGateway: { id: nat.id } } : {}

// ComfyUI has no authentication and executes what it is sent.
resource hostsRules 'Microsoft.Network/networkSecurityGroups@2026-03-01' = {
  name: 'nsg-hosts-${token}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'AppToComfyUI'
        properties: {
          description: 'The app speaks to ComfyUI, by itself or through a proxy with TLS.'
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: appPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: hostsPrefix
          destinationPortRanges: ['443', '8188']
        }
      }
      {
        name: 'NobodyElse'
        properties: {
          description: 'Not even the rest of the network.'
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'app'
        properties: union(way, {
          addressPrefix: appPrefix
          delegations: [
            // What instances of Flex Consumption need.
            { name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }
          ]
        })
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointsPrefix
          defaultOutboundAccess: false
        }
      }
      {
        name: 'hosts'
        properties: union(way, {
          addressPrefix: hostsPrefix
          defaultOutboundAccess: false
          networkSecurityGroup: { id: hostsRules.id }
        })
      }
    ]
  }

  resource app 'subnets' existing = { name: 'app' }
  resource endpoints 'subnets' existing = { name: 'endpoints' }
  resource hosts 'subnets' existing = { name: 'hosts' }
}

@description('Where the app is.')
output appSubnetId string = network::app.id

@description('Where private endpoints are.')
output endpointsSubnetId string = network::endpoints.id

@description('Where GPU hosts may be.')
output hostsSubnetId string = network::hosts.id
