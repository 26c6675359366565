# What the parcels service runs on. The pipeline applies this twice:
#
#   terraform apply -var-file=staging.tfvars
#   terraform apply -var-file=production.tfvars

locals {
  name       = "parcels-${var.environment}"
  production = var.environment == "production"
}

resource "aws_vpc" "parcels" {
  cidr_block = var.network
}

# One subnet in each zone. Each is known by its zone, not by its place in a
# list, and has a number of its own.
resource "aws_subnet" "zone" {
  for_each          = var.zones
  vpc_id            = aws_vpc.parcels.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.network, 8, each.value)
}

resource "aws_security_group" "service" {
  name   = "parcels-service"
  vpc_id = aws_vpc.parcels.id

  ingress {
    description = "HTTPS for our clients"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = var.clients
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "database" {
  name   = "parcels-database"
  vpc_id = aws_vpc.parcels.id

  ingress {
    description     = "PostgreSQL for the service"
    protocol        = "tcp"
    from_port       = 5432
    to_port         = 5432
    security_groups = [aws_security_group.service.id]
  }
}

resource "aws_db_subnet_group" "parcels" {
  name       = local.name
  subnet_ids = values(aws_subnet.zone)[*].id
}

resource "aws_db_instance" "parcels" {
  identifier                  = local.name
  engine                      = "postgres"
  engine_version              = "17"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 50
  username                    = "parcels"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.parcels.name
  vpc_security_group_ids      = [aws_security_group.database.id]
  publicly_accessible         = false
  skip_final_snapshot         = true
  deletion_protection         = local.production
  backup_retention_period     = local.production ? 14 : 0
}

resource "aws_s3_bucket" "labels" {
  bucket = "parcels-labels-${var.environment}"
}

resource "aws_s3_bucket_public_access_block" "labels" {
  bucket                  = aws_s3_bucket.labels.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
