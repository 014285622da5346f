//! Searches and sorts an account's aliases, and returns them in pages.

use app::api::alias::{AliasQuery, Show, Sort};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{BinOper, CaseStatement, Expr, ExprTrait, LikeExpr, NullOrdering, SimpleExpr},
};

use super::{super::stored::literal, AccountId, Alias, Store, StoreError, alias, owned_by};

/// A page of search results.
#[derive(Debug)]
pub struct Found {
    /// The aliases on this page.
    pub aliases: Vec<Alias>,
    /// How many there are on all pages.
    pub found: u64,
    /// How many the account has.
    pub all: u64,
}

impl Store {
    /// Returns the account's aliases that match a query, `size` on a page. `main` is the relay's main domain, which is
    /// not stored with an alias.
    pub async fn find_aliases(
        &self,
        account: AccountId,
        query: &AliasQuery,
        main: &str,
        size: u32,
    ) -> Result<Found, StoreError> {
        let own = alias::Entity::find().filter(owned_by(account));
        let all = own.clone().count(&self.db).await?;
        let wanted = own.filter(build_condition(query, main));
        let found = match query.narrows() {
            true => wanted.clone().count(&self.db).await?,
            false => all,
        };
        let before = u64::from(query.page.saturating_sub(1)) * u64::from(size);
        let rows = apply_sort(wanted, query.sort)
            .offset(before)
            .limit(u64::from(size))
            .all(&self.db)
            .await?;
        Ok(Found {
            aliases: self.with_mailboxes(account, rows).await?,
            found,
            all,
        })
    }
}

pub(super) fn build_condition(query: &AliasQuery, main: &str) -> Condition {
    let shown = match query.show {
        Show::All => None,
        Show::Active => Some(alias::Column::Enabled.eq(true)),
        Show::Off => Some(alias::Column::Enabled.eq(false)),
    };
    let search = query.search.trim().to_lowercase();
    let searched = (!search.is_empty()).then(|| {
        let like = || LikeExpr::new(format!("%{}%", literal(&search))).escape('\\');
        Condition::any()
            .add(address(main).like(like()))
            .add(Expr::col(alias::Column::SearchFolded).like(like()))
    });
    Condition::all().add_option(shown).add_option(searched)
}

/// The address as people write it. The main domain is stored as an empty string.
fn address(main: &str) -> SimpleExpr {
    let domain = CaseStatement::new()
        .case(Expr::col(alias::Column::Domain).eq(""), Expr::val(main))
        .finally(Expr::col(alias::Column::Domain));
    let join = BinOper::Custom("||");
    Expr::col(alias::Column::LocalFolded)
        .binary(join, Expr::val("@"))
        .binary(join, SimpleExpr::Case(Box::new(domain)))
}

/// Sorts aliases, pinned ones first. The id decides between equals, so that no alias is on two pages.
pub(super) fn apply_sort(aliases: Select<alias::Entity>, sort: Sort) -> Select<alias::Entity> {
    let aliases = aliases.order_by_desc(alias::Column::Pinned);
    match sort {
        Sort::Newest => aliases,
        Sort::LastUsed => aliases.order_by_with_nulls(alias::Column::LastUsedAt, Order::Desc, NullOrdering::Last),
        Sort::Name => aliases.order_by_asc(alias::Column::LocalFolded),
        Sort::MostMail => aliases.order_by_desc(alias::Column::RelayedCount),
    }
    .order_by_desc(alias::Column::Id)
}
