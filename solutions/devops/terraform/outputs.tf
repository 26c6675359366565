output "database_address" {
  value = aws_db_instance.parcels.address
}

output "bucket" {
  value = aws_s3_bucket.labels.bucket
}

output "subnets" {
  value = { for zone, subnet in aws_subnet.zone : zone => subnet.id }
}
